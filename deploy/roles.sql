-- Run once by the database's administrator. The owner migrates; web and worker stand behind row-level security.
CREATE ROLE ma_owner LOGIN NOBYPASSRLS PASSWORD :'owner_password';
CREATE ROLE ma_web LOGIN NOBYPASSRLS PASSWORD :'web_password';
CREATE ROLE ma_worker LOGIN NOBYPASSRLS PASSWORD :'worker_password';
CREATE DATABASE ma OWNER ma_owner TEMPLATE template0 ENCODING 'UTF8'
  LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C.UTF-8';
