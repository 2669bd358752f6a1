"""Every route of every service says who may call it, and describes itself."""

from __future__ import annotations

import pytest
from flask import Flask

from docs.generate import apps
from gateway.app import create_app as create_gateway
from gateway.settings import GatewaySettings


def every_app() -> dict[str, Flask]:
    settings = GatewaySettings(secret="-" * 32, public_url="https://maillage.example")
    return {**apps(), "gateway": create_gateway(settings)}


def endpoints() -> list[tuple[str, str]]:
    return [(name, endpoint) for name, app in every_app().items() for endpoint in app.view_functions]


@pytest.mark.parametrize(("name", "endpoint"), endpoints())
def test_every_route_declares_who_may_call_it(name: str, endpoint: str) -> None:
    assert hasattr(every_app()[name].view_functions[endpoint], "__access__")


@pytest.mark.parametrize("name", ["identity", "consultation"])
def test_every_operation_of_an_api_says_what_it_does(name: str) -> None:
    description = apps()[name].extensions["maillage.api"].spec.to_dict()
    silent = [
        f"{method} {path}"
        for path, operations in description["paths"].items()
        for method, operation in operations.items()
        if method != "parameters" and not operation.get("summary")
    ]
    assert silent == []


@pytest.mark.parametrize("name", ["identity", "consultation"])
def test_every_address_of_a_service_stands_under_its_own_path(name: str) -> None:
    addresses = {rule.rule for rule in apps()[name].url_map.iter_rules()}
    assert {path for path in addresses if not path.startswith(f"/api/{name}/")} == {"/livez", "/readyz"}
