#!/bin/sh
# Called by the Postgres image on the first start of an empty volume.
set -eu
psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -v owner_password="$OWNER_PASSWORD" -v web_password="$WEB_PASSWORD" \
  -v worker_password="$WORKER_PASSWORD" -f /deploy/roles.sql
