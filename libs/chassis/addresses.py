"""Which address a server may be given: one across a network says that whoever answers there is verified."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import parse_qsl, unquote, urlsplit

_SAID = ("verify-full", "disable")


def database_address(url: str) -> None:
    """Raise `ValueError` for a `postgresql://` address that leads over a network and leaves TLS to chance.

    PostgreSQL's own default (`sslmode=prefer`) goes on in clear where the server offers no TLS, or somebody between
    says that it does not. `verify-full` is asked for; `disable` is taken as said on purpose. Sockets, this machine
    and names without a dot (of containers in a network of their own) need neither.
    """
    mode = dict(parse_qsl(urlsplit(url).query)).get("sslmode")
    far = [host for host in _hosts(url) if not _is_near(host)]
    if far and mode not in _SAID:
        raise ValueError(
            f"leads over a network to {far[0]} and does not verify who answers: end it with ?sslmode=verify-full"
            "&sslrootcert=<file of the authority>, or with ?sslmode=disable where that network is yours alone"
        )


def _hosts(url: str) -> Iterator[str]:
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    named = query.get("hostaddr") or query.get("host") or parts.netloc.rpartition("@")[2]
    for one in unquote(named).split(","):
        yield one if one.startswith("/") else urlsplit(f"//{one}").hostname or ""


def _is_near(host: str) -> bool:
    if host.startswith("/"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return "." not in host
