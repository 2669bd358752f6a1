"""What the public edge is told; read when its configuration is rendered."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gateway.edge.routes import ROUTES, routes
from libs.chassis.settings import SettingsError, setting

_ADDRESS = re.compile(r"(?P<host>[a-z0-9]([a-z0-9.-]*[a-z0-9])?):(?P<port>[0-9]{1,5})")
_PLAIN = re.compile(r"[A-Za-z0-9_./:\[\]-]*")


@dataclass(frozen=True, kw_only=True)
class EdgeSettings:
    """Settings of the nginx at the edge. The defaults are safe in production, and serve this machine alone."""

    services: tuple[str, ...] = setting(
        "MAILLAGE_EDGE_SERVICES",
        "where each of the coalition's services is, as identity=host:port, separated by commas",
    )
    operators: tuple[str, ...] = setting(
        "MAILLAGE_EDGE_OPERATORS",
        "the same of each operator that is hosted here, as op1=host:port",
        default=(),
    )
    resolver: str = setting(
        "MAILLAGE_EDGE_RESOLVER", "address of the DNS server that knows their names", default=""
    )
    listen: str = setting("MAILLAGE_EDGE_LISTEN", "address that visitors reach", default="127.0.0.1:8080")
    internal_listen: str = setting(
        "MAILLAGE_EDGE_INTERNAL_LISTEN", "address that the site itself calls", default="127.0.0.1:8081"
    )
    plain_listen: str = setting(
        "MAILLAGE_EDGE_PLAIN_LISTEN", "address that sends visitors on to HTTPS; none: nobody does", default=""
    )
    server_name: str = setting("MAILLAGE_EDGE_SERVER_NAME", "the site's host name; _ for any", default="_")
    certificate: str = setting("MAILLAGE_EDGE_CERTIFICATE", "path of the TLS certificate", default="")
    certificate_key: str = setting("MAILLAGE_EDGE_CERTIFICATE_KEY", "path of its key", default="")
    proxies: tuple[str, ...] = setting(
        "MAILLAGE_EDGE_PROXIES",
        "networks of proxies before this one, whose word is taken on who asks, separated by commas",
        default=(),
    )
    rate: int = setting("MAILLAGE_EDGE_RATE", "requests a second that one network may send", default=50)
    write_rate: int = setting(
        "MAILLAGE_EDGE_WRITE_RATE", "requests a second that change something, of one network", default=20
    )
    sign_in_rate: int = setting(
        "MAILLAGE_EDGE_SIGN_IN_RATE", "sign-ins and new visitors a minute, of one network", default=60
    )
    folder: str = setting(
        "MAILLAGE_EDGE_FOLDER", "where nginx keeps what it caches and buffers", default="/var/cache/nginx"
    )

    def __post_init__(self) -> None:
        """Refuse a service that is missing or unknown, a name that nobody looks up, a value that is no plain word."""
        expected, given = {route.service for route in ROUTES}, {name for name, _ in _pairs(self.services)}
        if expected != given:
            raise SettingsError(f"MAILLAGE_EDGE_SERVICES must name {', '.join(sorted(expected))}")
        addresses = self.addresses
        if not self.resolver and not all(_is_address(address) for address in addresses.values()):
            raise SettingsError("MAILLAGE_EDGE_RESOLVER is required where services are named, not numbered")
        if bool(self.certificate) != bool(self.certificate_key):
            raise SettingsError("MAILLAGE_EDGE_CERTIFICATE and MAILLAGE_EDGE_CERTIFICATE_KEY go together")
        if min(self.rate, self.write_rate, self.sign_in_rate) < 1:
            raise SettingsError("a rate of the edge must be at least 1")
        for network in self.proxies:
            _check_network(network)
        for name in ("resolver", "listen", "internal_listen", "plain_listen", "server_name"):
            _check_plain(name, getattr(self, name))
        for name in ("certificate", "certificate_key", "folder"):
            _check_plain(name, getattr(self, name))

    @property
    def operator_codes(self) -> tuple[str, ...]:
        """The operators that are hosted here."""
        return tuple(code for code, _ in _pairs(self.operators))

    @property
    def addresses(self) -> dict[str, str]:
        """The `host:port` of each service of the route table. Raises `SettingsError`."""
        operators = dict(_pairs(self.operators))
        table = {route.service: route.prefix for route in routes(operators)}
        known = dict(_pairs(self.services)) | {
            service: operators[prefix.split("/")[3]]
            for service, prefix in table.items()
            if prefix.startswith("/api/territories/")
        }
        return {service: known[service] for service in table}


def _pairs(texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    for text in texts:
        name, _, address = text.partition("=")
        if not re.fullmatch("[a-z][a-z0-9]*", name) or not _ADDRESS.fullmatch(address):
            raise SettingsError(f"a service of the edge must be given as name=host:port, not {text!r}")
        yield name, address


def _is_address(address: str) -> bool:
    try:
        ipaddress.ip_address(address.rpartition(":")[0])
    except ValueError:
        return False
    return True


def _check_network(network: str) -> None:
    try:
        ipaddress.ip_network(network)
    except ValueError as error:
        raise SettingsError(f"MAILLAGE_EDGE_PROXIES names {network!r}, which is no network") from error


def _check_plain(name: str, value: str) -> None:
    # What is written into the configuration must not be able to say more than one word of it.
    if not _PLAIN.fullmatch(value):
        raise SettingsError(f"MAILLAGE_EDGE_{name.upper()} cannot be {value!r}")
