"""The edge's configuration: what nginx accepts, what is refused before nginx sees it, what it says of the services."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner

from deploy.local.cli import main
from docs.generate import apps
from gateway.app import create_app as create_gateway
from gateway.edge.nginx import SIGN_IN_PATHS, render_from
from gateway.edge.routes import routes
from gateway.settings import GatewaySettings
from libs.chassis.access import declared_access
from libs.chassis.settings import SettingsError
from tests.deploy.edge import Edge

NUMBERED = tuple(
    f"{name}=127.0.0.1:{port}"
    for port, name in enumerate(("identity", "consultation", "notifications", "gateway"), 9001)
)
IN_PATHS = {"int": "1", "uuid": f"{UUID(int=0)}"}
"""What stands in a path for what a route calls so."""

NAMED = tuple(text.replace("127.0.0.1", text.partition("=")[0]) for text in NUMBERED)


@pytest.mark.parametrize(
    "settings",
    [
        {"services": NUMBERED},
        {
            "services": NAMED,
            "resolver": "127.0.0.11",
            "operators": ("op1=defis-op1:8000", "op2=defis-op2:8000"),
        },
        {"services": NUMBERED, "proxies": ("10.0.0.0/8", "2001:db8::/32")},
    ],
    ids=["numbered", "named, with operators", "behind proxies"],
)
def test_nginx_accepts_it(settings: dict[str, Any], tmp_path: Path) -> None:
    checked = Edge(tmp_path, **settings).check()
    assert (checked.returncode, checked.stderr) == (0, "")


def test_nginx_accepts_it_with_a_certificate(certificate: dict[str, str], tmp_path: Path) -> None:
    edge = Edge(
        tmp_path, services=NUMBERED, server_name="maillage.test", plain_listen="127.0.0.1:8", **certificate
    )
    assert edge.check().returncode == 0
    assert "ssl http2;" in edge.configuration.read_text()


@pytest.mark.parametrize(
    ("variables", "complaint"),
    [
        ({}, "MAILLAGE_EDGE_SERVICES is required"),
        ({"SERVICES": "identity=127.0.0.1:1"}, "must name consultation, gateway, identity, notifications"),
        ({"SERVICES": ",".join(NAMED)}, "MAILLAGE_EDGE_RESOLVER is required"),
        ({"SERVICES": ",".join(NUMBERED), "OPERATORS": "op1=a;b:1"}, "must be given as name=host:port"),
        (
            {"SERVICES": ",".join(NUMBERED), "LISTEN": "8080; include /etc/passwd"},
            "MAILLAGE_EDGE_LISTEN cannot be",
        ),
        ({"SERVICES": ",".join(NUMBERED), "PROXIES": "everybody"}, "which is no network"),
        ({"SERVICES": ",".join(NUMBERED), "CERTIFICATE": "/c.pem"}, "go together"),
        ({"SERVICES": ",".join(NUMBERED), "RAT": "5"}, "did you mean MAILLAGE_EDGE_RATE?"),
    ],
)
def test_settings_that_cannot_be_used_are_refused(variables: dict[str, str], complaint: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(complaint)):
        render_from({f"MAILLAGE_EDGE_{name}": value for name, value in variables.items()})


def test_the_command_prints_it_and_refuses_in_one_line() -> None:
    services = {"MAILLAGE_EDGE_SERVICES": ",".join(NUMBERED)}
    printed = CliRunner().invoke(main, ["edge", "render"], env=services)
    assert (printed.exit_code, printed.stdout) == (0, render_from(services))
    refused = CliRunner().invoke(main, ["edge", "render"], env={"MAILLAGE_EDGE_SERVICES": "identity"})
    assert refused.exit_code == 1
    assert "must be given as name=host:port" in refused.stderr


def test_only_what_anyone_may_read_is_kept_for_everybody() -> None:
    """A pattern that grew to match an account's own address would show it to the next reader."""
    for route in routes(["op1"]):
        if not route.reads:
            continue
        app, kept = apps()[route.service.removesuffix("_op1")], set()
        for rule in app.url_map.iter_rules():
            path = re.sub(
                r"<(?:(\w+)(?:\(.*?\))?:)?\w+>", lambda found: IN_PATHS.get(found[1], "x"), rule.rule
            )
            if re.fullmatch("|".join(route.reads), path) and "GET" in (rule.methods or ()):
                assert declared_access(app, rule.endpoint).kinds == frozenset()
                kept.add(rule.rule)
        assert len(kept) >= len(route.reads)


def test_the_sign_in_addresses_that_are_counted_exist() -> None:
    site = create_gateway(GatewaySettings(secret="-" * 32, public_url="https://maillage.test"))
    rules = {
        rule.rule
        for app in (site, apps()["identity"])
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ())
    }
    assert set(SIGN_IN_PATHS) <= rules
