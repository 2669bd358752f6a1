"""The web process: every service and the site in one application, by the gateway's route table.

Run by the supervisor with the descriptor of the listening socket. The gateway calls the services through the same
table, in process; so does each service when it needs a key of the issuer.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, cast

import httpx
from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from prometheus_client.multiprocess import mark_process_dead

from deploy.local import settings
from deploy.local.instances import defis_of
from gateway.app import create_app as create_gateway
from gateway.edge.routes import WsgiApp, compose
from gateway.settings import GatewaySettings
from libs.chassis.db import Database
from libs.chassis.health import Check, internal_app, serve_internal
from libs.chassis.keys import KeyStore
from libs.chassis.logs import configure_logs
from libs.chassis.tokens import TokenVerifier
from services.consultation.app import create_app as create_consultation
from services.consultation.settings import ConsultationSettings
from services.defis.app import create_app as create_defis
from services.identity.app import create_app as create_identity
from services.identity.settings import IdentitySettings
from services.notifications.app import create_app as create_notifications
from services.notifications.settings import NotificationsSettings

WORKERS = 2


def create_app(environ: Mapping[str, str]) -> WsgiApp:
    """Everything behind one port. Opens no connection."""
    identity, consultation, notifications, gateway = settings.read(
        environ, IdentitySettings, ConsultationSettings, NotificationsSettings, GatewaySettings
    )
    defis = settings.read_defis(environ)
    inside = httpx.WSGITransport(app=lambda environ, start_response: app(environ, start_response))
    issuer = {consultation.issuer: consultation.jwks_url}

    def service(create: Any, its: Any, name: str) -> Flask:
        database = Database(its.database_url, service=name, owner=its.owner, pool_size=its.web_threads)
        keys = KeyStore(database, issuer, httpx.Client(transport=inside))
        verifier = TokenVerifier(keys, issuers=frozenset(issuer), audience=its.owner)
        return cast(Flask, create(its, database, verifier))

    apps = {
        "identity": service(create_identity, identity, "identity"),
        "consultation": service(create_consultation, consultation, "consultation"),
        "notifications": service(create_notifications, notifications, "notifications"),
        **{defis_of(its.owner).name: service(create_defis, its, "defis") for its in defis},
        "gateway": create_gateway(gateway, inside),
    }
    app = _with_health(apps, [its.owner for its in defis])
    return app


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


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn, started from here instead of its own command line."""

    def __init__(self, descriptor: int, identity: IdentitySettings, application: WsgiApp) -> None:
        self._options = {
            "bind": f"fd://{descriptor}",
            "workers": WORKERS,
            "worker_class": "gthread",
            "threads": identity.web_threads,
            "preload_app": True,
            "graceful_timeout": 10,
            "timeout": 60,
            "umask": 0o077,
            "control_socket_disable": True,
            "logger_class": _Logger,
            # The metrics of both workers, on a port of the process that watches them.
            "when_ready": lambda _arbiter: serve_internal(identity.internal_address, {}),
            "child_exit": lambda _arbiter, worker: mark_process_dead(worker.pid),  # type: ignore[no-untyped-call]
        }
        self._application = application
        super().__init__()

    def load_config(self) -> None:
        """Take the options above; no file, no environment."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> WsgiApp:
        """The application, built once before the workers are forked."""
        return self._application


class _Logger(Logger):  # type: ignore[misc]
    """gunicorn's own lines, in the form of all others."""

    def setup(self, _cfg: object) -> None:
        """Leave the lines to the handlers of the process."""
        self.error_log.propagate = True


def main() -> None:
    """Serve on the socket whose descriptor is the only argument, until SIGTERM."""
    configure_logs("web")
    (identity,) = settings.read(os.environ, IdentitySettings)
    Server(int(sys.argv[1]), identity, create_app(os.environ)).run()


if __name__ == "__main__":
    main()
