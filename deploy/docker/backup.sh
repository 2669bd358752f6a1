#!/bin/bash
# Every database as it was at one moment, into a new folder: deploy/docker/backup.sh /somewhere/maillage-2026-11-22
#
# Meanwhile everything can be read and nothing changed, for a minute or two; then all goes on, also where this fails.
set -euo pipefail
[ $# = 1 ] || { echo "usage: $0 FOLDER, a new one" >&2; exit 2; }
mkdir -m 700 -- "$1" # the dumps hold everything: for their owner only
folder=$(cd -- "$1" && pwd)
cd -- "$(dirname -- "$0")/../.."

running() { # of one kind, web or worker
    for service in $(docker-compose config --services | grep -- "-$1$"); do
        [ -z "$(docker-compose ps -q "$service")" ] || echo "$service"
    done
}

# What waits in a queue would be in no dump. `bus.dead` is nobody's: what lies there was no event.
queues_are_empty() {
    docker-compose exec -T rabbitmq rabbitmqctl -q list_queues -p maillage name messages < /dev/null |
        awk '$1 != "bus.dead" && $2 + 0 > 0 { print "waiting for its worker: " $0; full = 1 } END { exit full }'
}

databases=$(docker-compose exec -T postgres psql -U postgres -Atc \
    "SELECT datname FROM pg_database WHERE datname <> 'postgres' AND NOT datistemplate ORDER BY 1" < /dev/null)
webs=$(running web) workers=$(running worker)

trap 'docker-compose up -d' EXIT
READ_ONLY=true docker-compose up -d --no-deps $webs
looks=150
# A worker may tell something after the first look and before it ends: hence the second one.
until queues_are_empty && docker-compose stop $workers && queues_are_empty; do
    looks=$((looks - 1))
    [ "$looks" -gt 0 ] || { echo "Nothing was copied: for five minutes RabbitMQ's queues did not empty." >&2; exit 1; }
    sleep 2
    docker-compose start $workers
done

for database in $databases; do
    docker-compose exec -T postgres pg_dump -U postgres -Fc --no-owner --no-privileges "$database" \
        < /dev/null > "$folder/$database.dump"
done
(cd -- "$folder" && sha256sum -- *.dump > SHA256SUMS)
trap - EXIT
docker-compose up -d
echo "Copied into $folder:" $databases
