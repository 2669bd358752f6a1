#!/bin/sh
# Makes .venv hold what requirements/<set>.txt locks, and the project itself. Usage: environment.sh local|dev
#
# A stamp says where .venv was made, from which lock. One that was interrupted has none and one that was moved has another
# place: both are made anew. One of another lock is brought to this one. So what stands in .venv is always whole.
set -eu
set_name=$1

refuse() {
    echo "$1" >&2
    exit 1
}

find_python() {
    for candidate in ${PYTHON:-} python3.11 python3.12 python3.13 python3.14 python3 python; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
}

made_from() {
    pwd
    cat "requirements/$1.txt" pyproject.toml | cksum
}

# What tests need holds all that running needs.
for made in dev "$set_name"; do
    if [ "$made" = dev ] || [ "$set_name" = local ]; then
        if [ "$(cat ".venv/made-$made" 2>/dev/null)" = "$(made_from "$made")" ]; then
            exit 0
        fi
    fi
done

python=$(find_python)
[ -n "$python" ] || refuse "Maillage needs Python 3.11 or newer, and finds none: install it, or name it with PYTHON=…"

if [ "$(cat .venv/made-* 2>/dev/null | head -n 1)" = "$(pwd)" ]; then
    rm .venv/made-* # whole until now
else
    echo "Making .venv with $("$python" --version)…" >&2
    rm -rf .venv
    "$python" -m venv .venv ||
        refuse "$python cannot make a virtual environment: install its venv module (on Debian: apt-get install python3-venv)."
fi
echo "Installing what requirements/$set_name.txt locks…" >&2
.venv/bin/python -m pip install --disable-pip-version-check --no-input --require-hashes -r "requirements/$set_name.txt" >&2
if ! .venv/bin/python -m pip install --disable-pip-version-check --no-input --no-deps --no-build-isolation -e . \
    > .venv/install.log 2>&1; then
    cat .venv/install.log >&2
    exit 1
fi
made_from "$set_name" > ".venv/made-$set_name"
