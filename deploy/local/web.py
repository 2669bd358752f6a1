"""The web process: identity, consultation and the site in one application, by the gateway's route table.

Run by the supervisor with the descriptor of the listening socket. The gateway calls the services through the same
table, in process; so does consultation when it needs a key of the issuer.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import httpx
from gunicorn.app.base import BaseApplication

from deploy.local import settings
from gateway.app import create_app as create_gateway
from gateway.edge.routes import WsgiApp, compose
from gateway.settings import GatewaySettings
from libs.chassis.db import Database
from libs.chassis.health import Check, internal_app
from libs.chassis.keys import KeyStore
from libs.chassis.logs import configure_logs
from libs.chassis.tokens import TokenVerifier
from services.consultation.app import create_app as create_consultation
from services.consultation.settings import ConsultationSettings
from services.identity.app import create_app as create_identity
from services.identity.settings import IdentitySettings

WORKERS = 2


def create_app(environ: Mapping[str, str]) -> WsgiApp:
    """Everything behind one port. Opens no connection."""
    identity, consultation, gateway = settings.read(
        environ, IdentitySettings, ConsultationSettings, GatewaySettings
    )
    inside = httpx.WSGITransport(app=lambda environ, start: app(environ, start))
    databases = {
        name: Database(each.database_url, service=name, owner=each.owner, pool_size=each.web_threads)
        for name, each in (("identity", identity), ("consultation", consultation))
    }
    verifier = TokenVerifier(
        KeyStore(
            databases["consultation"],
            {consultation.issuer: consultation.jwks_url},
            httpx.Client(transport=inside),
        ),
        issuers=frozenset({consultation.issuer}),
        audience=consultation.owner,
    )
    app = compose(
        {
            "identity": create_identity(identity, databases["identity"]),
            "consultation": create_consultation(consultation, databases["consultation"], verifier),
            "gateway": create_gateway(gateway, inside),
        }
    )
    return _with_health(app, {f"{name}-database": each.ping for name, each in databases.items()})


def _with_health(app: WsgiApp, checks: Mapping[str, Check]) -> WsgiApp:
    """The application, with `/livez` and `/readyz` answered for all of it together."""
    health = internal_app(checks)

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        chosen = health if environ.get("PATH_INFO") in ("/livez", "/readyz") else app
        return chosen(environ, start_response)

    return application


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn, started from here instead of its own command line."""

    def __init__(self, descriptor: int, threads: int, application: WsgiApp) -> None:
        self._options = {
            "bind": f"fd://{descriptor}",
            "workers": WORKERS,
            "worker_class": "gthread",
            "threads": threads,
            "preload_app": True,
            "graceful_timeout": 10,
            "timeout": 60,
            "umask": 0o077,
            "control_socket_disable": True,
            "proc_name": "maillage-web",
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


def main() -> None:
    """Serve on the socket whose descriptor is the only argument, until SIGTERM."""
    configure_logs("web")
    (identity,) = settings.read(os.environ, IdentitySettings)
    Server(int(sys.argv[1]), identity.web_threads, create_app(os.environ)).run()


if __name__ == "__main__":
    main()
