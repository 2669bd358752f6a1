#!/bin/bash
# A database and a role for each service, which nobody else may enter: for every …_DATABASE_PASSWORD that there is.
#
# The postgres image runs this when the cluster is new. Run again, it makes what is missing, and passwords those of `.env`:
#   docker-compose exec -T postgres /docker-entrypoint-initdb.d/databases.sh
set -euo pipefail

for _ in {1..60}; do # it may have been started just before this
    pg_isready --quiet --username "$POSTGRES_USER" && break
    sleep 1
done
psql --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set password="$POSTGRES_PASSWORD" <<< "ALTER ROLE CURRENT_USER PASSWORD :'password'"

for variable in $(compgen -e | grep '_DATABASE_PASSWORD$'); do
    service="${variable%_DATABASE_PASSWORD}"
    service="${service,,}"
    case "$service" in
        identity | consultation | notifications) ;;
        *) service="defis_$service" ;; # an operator's, named by its code
    esac
    psql --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
        --set service="$service" --set password="${!variable:?is missing: run make env}" <<'SQL'
SELECT format('CREATE ROLE %I LOGIN', :'service')
    WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'service') \gexec
ALTER ROLE :"service" PASSWORD :'password';
SELECT format('CREATE DATABASE %I OWNER %I', :'service', :'service')
    WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'service') \gexec
REVOKE ALL ON DATABASE :"service" FROM PUBLIC;
SQL
done
