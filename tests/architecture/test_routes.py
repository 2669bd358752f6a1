"""Every route of every service says who may call it, and describes itself."""

from __future__ import annotations

from functools import cache

import pytest
from flask import Flask

from docs.generate import apps
from gateway.app import create_app as create_gateway
from gateway.settings import GatewaySettings


@cache
def every_app() -> dict[str, Flask]:
    settings = GatewaySettings(secret="-" * 32, public_url="https://maillage.example")
    return {**apps(), "gateway": create_gateway(settings)}


def endpoints() -> list[tuple[str, str]]:
    return [(name, endpoint) for name, app in every_app().items() for endpoint in app.view_functions]


@pytest.mark.parametrize(("name", "endpoint"), endpoints())
def test_every_route_declares_who_may_call_it(name: str, endpoint: str) -> None:
    assert hasattr(every_app()[name].view_functions[endpoint], "__access__")


PATHS = {
    "identity": "/api/identity/",
    "consultation": "/api/consultation/",
    "defis": "/api/territories/op1/",
    "notifications": "/api/notifications/",
}


@pytest.mark.parametrize("name", PATHS)
def test_every_operation_of_an_api_says_what_it_does(name: str) -> None:
    description = every_app()[name].extensions["maillage.api"].spec.to_dict()
    silent = [
        f"{method} {path}"
        for path, operations in description["paths"].items()
        for method, operation in operations.items()
        if method != "parameters" and not operation.get("summary")
    ]
    assert silent == []


@pytest.mark.parametrize(("name", "path"), PATHS.items())
def test_every_address_of_a_service_stands_under_its_own_path(name: str, path: str) -> None:
    addresses = {rule.rule for rule in every_app()[name].url_map.iter_rules()}
    assert {address for address in addresses if not address.startswith(path)} == {"/livez", "/readyz"}
