#!/bin/bash
# What backup.sh copied, into databases that are still empty: deploy/docker/restore.sh /somewhere/maillage-2026-11-22
#
# Each database is filled as a whole, under its own role; those who were erased since are erased again; only then everything
# starts. It ends at the first thing that goes wrong, and says what: until it is mended, nobody can be served.
set -euo pipefail
[ $# = 1 ] || { echo "usage: $0 FOLDER, of backup.sh" >&2; exit 2; }
folder=$(cd -- "$1" && pwd)
cd -- "$(dirname -- "$0")/../.."
(cd -- "$folder" && sha256sum --check --quiet SHA256SUMS) ||
    { echo "Nothing was done: $folder is not as it was made." >&2; exit 1; }
databases=$(sed -n 's/^.*[ *]\(.*\)\.dump$/\1/p' "$folder/SHA256SUMS")

ask() { # PostgreSQL, in one database
    docker-compose exec -T postgres psql -U postgres -At -d "$1" -c "$2" < /dev/null
}

docker-compose up -d postgres
looks=120
until docker-compose exec -T postgres pg_isready -q -h 127.0.0.1 -U postgres < /dev/null; do
    looks=$((looks - 1))
    [ "$looks" -gt 0 ] || { echo "PostgreSQL does not start: docker-compose logs postgres" >&2; exit 1; }
    sleep 1
done
for database in $databases; do
    found=$(ask "$database" "SELECT to_regclass('alembic_version')") # ends here where there is no such database
    [ -z "$found" ] || { echo "Nothing was done: the database $database is not empty." >&2; exit 1; }
done

for database in $databases; do
    docker-compose exec -T postgres pg_restore -U postgres "--role=$database" --no-owner --no-privileges -1 -e \
        -d "$database" < "$folder/$database.dump"
done
for database in $databases; do
    # Of an operator that never served, there is a database without tables.
    found=$(ask "$database" "SELECT to_regclass('alembic_version')")
    [ -z "$found" ] ||
        docker-compose run --rm -T "${database//_/-}-worker" replay-erasures < /dev/null
done
docker-compose up -d
