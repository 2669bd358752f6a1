#!/bin/sh
# Tests run against a real RabbitMQ, nginx, promtool and browser: installs Debian's where they are missing, or says how.
set -eu

missing=""
[ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || missing="rabbitmq-server"
[ -x /usr/sbin/nginx ] || missing="$missing nginx-light"
[ -x /usr/bin/promtool ] || missing="$missing prometheus"
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
[ -n "$missing" ] || exit 0
missing=$(echo $missing)

if ! command -v apt-get >/dev/null 2>&1; then
    echo "The tests need $missing: install them with this system's package manager." >&2
    exit 1
fi
if [ "$(id -u)" -ne 0 ]; then
    echo "The tests need packages that are missing. As root: apt-get install --no-install-recommends $missing" >&2
    exit 1
fi

# Tests start their own nodes: the package's service stays off where nothing says otherwise.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' > "$policy"
    chmod 755 "$policy"
fi
echo "Installing $missing…" >&2
export DEBIAN_FRONTEND=noninteractive
apt-get update >&2
apt-get install --yes --no-install-recommends $missing </dev/null >&2
