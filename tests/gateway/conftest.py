"""The gateway's app in front of services that live in memory (`backend.py`)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gateway.app import create_app
from gateway.settings import GatewaySettings
from tests.gateway.backend import Backend
from tests.gateway.identity import CODE
from tests.gateway.service import Refusal


class Browser:
    """A browser without scripts: it keeps cookies, sends the forms' token and follows redirects when asked to."""

    def __init__(self, client: FlaskClient, languages: str = "fr") -> None:
        self.client = client
        self.languages = languages

    def get(self, path: str, **options: Any) -> TestResponse:
        headers = {"Accept-Language": self.languages, **options.pop("headers", {})}
        return self.client.get(path, headers=headers, **options)

    def post(self, path: str, data: dict[str, str] | None = None, **options: Any) -> TestResponse:
        headers = {"Accept-Language": self.languages, **options.pop("headers", {})}
        form = {"csrf_token": self.token(), **(data or {})}
        return self.client.post(path, data=form, headers=headers, **options)

    def token(self) -> str:
        page = self.client.get("/sign-in").get_data(as_text=True)
        found = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert found is not None
        return found[1]

    def sign_in(self) -> None:
        self.post("/sign-in", {"email": "camille@exemple.fr"})
        assert self.post("/sign-in/code", {"code": CODE}).status_code == 303

    def consent(self) -> None:
        assert self.post("/consultations/territoires/consent", {"version": "1"}).status_code == 303


@pytest.fixture
def backend() -> Backend:
    """The services."""
    return Backend()


@pytest.fixture
def refusal() -> type[Refusal]:
    """What breaks them."""
    return Refusal


@pytest.fixture
def make_app(backend: Backend) -> Callable[..., Flask]:
    def make(transport: httpx.BaseTransport | None = None, **settings: Any) -> Flask:
        plain = {"secret": "s" * 40, "public_url": "http://localhost", "secure_cookies": False}
        chosen = {**plain, "reads_kept": timedelta(0), **settings}
        return create_app(GatewaySettings(**chosen), transport or httpx.WSGITransport(app=backend))

    return make


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    return make_app()


@pytest.fixture
def make_browser() -> Callable[..., Browser]:
    """A browser on any site."""
    return lambda app, languages="fr": Browser(app.test_client(), languages)


@pytest.fixture
def browser(app: Flask) -> Browser:
    return Browser(app.test_client())


@pytest.fixture
def english(app: Flask) -> Browser:
    return Browser(app.test_client(), "en")


@pytest.fixture
def new_browser(make_app: Callable[..., Flask]) -> Callable[..., Browser]:
    """A browser on a site with other settings."""
    return lambda **settings: Browser(make_app(**settings).test_client())
