#!/bin/sh
# Two databases in one PostgreSQL, each with a user of its own: the cases, and Prefect's. Runs once, in an empty volume.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --set cases="$CONCORD_DATABASE_PASSWORD" --set prefect="$PREFECT_DATABASE_PASSWORD" <<'SQL'
CREATE ROLE concord LOGIN PASSWORD :'cases';
CREATE DATABASE concord OWNER concord TEMPLATE template0 ENCODING 'UTF8';
CREATE ROLE prefect LOGIN PASSWORD :'prefect';
CREATE DATABASE prefect OWNER prefect TEMPLATE template0 ENCODING 'UTF8';
REVOKE CONNECT ON DATABASE concord FROM PUBLIC;
REVOKE CONNECT ON DATABASE prefect FROM PUBLIC;
SQL
