#!/bin/bash
# Run by the postgres image when the cluster is new: a database and a role for each service, which nobody else may enter.
set -euo pipefail

for service in identity consultation notifications defis_op1 defis_op2; do
    variable="${service#defis_}_DATABASE_PASSWORD"
    variable="${variable^^}"
    psql --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
        --set service="$service" --set password="${!variable:?is missing: run make env}" <<'SQL'
CREATE ROLE :"service" LOGIN PASSWORD :'password';
CREATE DATABASE :"service" OWNER :"service";
REVOKE ALL ON DATABASE :"service" FROM PUBLIC;
SQL
done
