"""The web process: every service and the site in one application, by the gateway's route table.

Run by the supervisor with the descriptor of the listening socket. The gateway calls the services through the same
table, in process; so does each service when it needs a key of the issuer.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import httpx
from flask import Flask

from deploy.local import settings
from deploy.local.instances import defis_of, operators_in
from gateway.app import create_app as create_gateway
from gateway.edge.routes import compose
from gateway.settings import GatewaySettings
from libs.chassis.health import Check, internal_app
from libs.chassis.logs import configure_logs
from libs.chassis.server import Server, WebSettings, WsgiApp
from services.consultation.service import SERVICE as CONSULTATION
from services.consultation.settings import ConsultationSettings
from services.defis.service import SERVICE as DEFIS
from services.identity.service import SERVICE as IDENTITY
from services.identity.settings import IdentitySettings
from services.notifications.service import SERVICE as NOTIFICATIONS
from services.notifications.settings import NotificationsSettings


def create_app(environ: Mapping[str, str]) -> WsgiApp:
    """Everything behind one port. Opens no connection."""
    apps = create_apps(environ)
    return _with_health(apps, operators_in(environ))


def create_apps(environ: Mapping[str, str]) -> dict[str, Flask]:
    """Every service and the site, by name; they reach one another by the route table, in process."""
    identity, consultation, notifications, gateway = settings.read(
        environ, IdentitySettings, ConsultationSettings, NotificationsSettings, GatewaySettings
    )
    defis = settings.read_defis(environ)
    inside = httpx.WSGITransport(app=lambda environ, start_response: app(environ, start_response))
    client, threads = httpx.Client(transport=inside), identity.web_threads
    apps: dict[str, Flask] = {
        "identity": IDENTITY.app(identity, client, pool_size=threads),
        "consultation": CONSULTATION.app(consultation, client, pool_size=threads),
        "notifications": NOTIFICATIONS.app(notifications, client, pool_size=threads),
        **{defis_of(its.owner).name: DEFIS.app(its, client, pool_size=threads) for its in defis},
        "gateway": create_gateway(gateway, inside),
    }
    app = compose(apps, [its.owner for its in defis])
    return apps


def _with_health(apps: Mapping[str, Flask], operators: Sequence[str]) -> WsgiApp:
    """The apps by the route table, with `/livez` and `/readyz` answered for all of them together."""
    site = compose(apps, operators)
    health = internal_app({name: _readiness_of(app) for name, app in apps.items()})

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        chosen = health if environ.get("PATH_INFO") in ("/livez", "/readyz") else site
        return chosen(environ, start_response)

    return application


def _readiness_of(app: Flask) -> Check:
    def check() -> None:
        with httpx.Client(transport=httpx.WSGITransport(app=app), base_url="http://inside") as client:
            client.get("/readyz").raise_for_status()

    return check


def main() -> None:
    """Serve on the socket whose descriptor is the only argument, until SIGTERM."""
    configure_logs("web")
    (identity,) = settings.read(os.environ, IdentitySettings)
    web = WebSettings(
        address=f"fd://{sys.argv[1]}",
        internal_address=identity.internal_address,
        threads=identity.web_threads,
    )
    Server(web, create_app(os.environ), {}).run()


if __name__ == "__main__":
    main()
