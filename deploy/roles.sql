-- Run once by the database's administrator. The owner migrates; web and worker stand behind row-level security.
CREATE ROLE ma_owner LOGIN NOBYPASSRLS PASSWORD :'owner_password';
CREATE ROLE ma_web LOGIN NOBYPASSRLS PASSWORD :'web_password';
CREATE ROLE ma_worker LOGIN NOBYPASSRLS PASSWORD :'worker_password';
-- What both become for a member who sees a part of the people only. Nobody signs in as it.
CREATE ROLE ma_reach NOLOGIN NOBYPASSRLS;
GRANT ma_reach TO ma_web, ma_worker WITH INHERIT FALSE, SET TRUE;
CREATE DATABASE ma OWNER ma_owner TEMPLATE template0 ENCODING 'UTF8'
  LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C.UTF-8';
