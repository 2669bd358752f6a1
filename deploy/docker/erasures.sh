#!/bin/bash
# The erasure logs, of the coalition and of each operator:
#
#   deploy/docker/erasures.sh copy /somewhere/erasures    each night, over the copy of the night before
#   deploy/docker/erasures.sh back /somewhere/erasures    where they were lost; a log that is there still is left as it is
set -euo pipefail
case "$#:${1:-}" in
    2:copy) mkdir -p -m 700 -- "$2" ;;
    2:back) ;;
    *) echo "usage: $0 copy FOLDER | back FOLDER" >&2; exit 2 ;;
esac
direction=$1
folder=$(cd -- "$2" && pwd)
cd -- "$(dirname -- "$0")/../.."

in_the_volume_of() {
    docker-compose run --rm -T --no-deps --entrypoint "$2" "$1-worker" "${@:3}"
}

copy() { # a copy that fails leaves the one before
    in_the_volume_of "$1" tar -C /erasures -c . < /dev/null > "$folder/$1.new"
    mv -- "$folder/$1.new" "$folder/$1.tar"
}

back() {
    if [ -n "$(in_the_volume_of "$1" ls -A /erasures < /dev/null)" ]; then
        echo "$1: its log is there, and left as it is"
    else
        in_the_volume_of "$1" tar -C /erasures -x < "$folder/$1.tar"
        echo "$1: put back"
    fi
}

if [ "$direction" = copy ]; then
    # The coalition's services share a volume. An operator that was never started has none.
    for owner in identity $(docker-compose config --services | sed -n 's/^\(defis-.*\)-worker$/\1/p'); do
        [ -z "$(docker-compose ps -q "$owner-worker")" ] || copy "$owner"
    done
else
    for copied in "$folder"/*.tar; do
        owner=$(basename -- "$copied" .tar)
        back "$owner"
    done
fi
