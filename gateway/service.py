"""The public site as a whole: what its process is made of."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.app import create_app
from gateway.settings import GatewaySettings
from libs.chassis.logs import configure_logs
from libs.chassis.process import Role
from libs.chassis.server import Server, WebSettings, answers_itself
from libs.chassis.settings import read_settings


def run_web(environ: Mapping[str, str]) -> None:
    """Answer requests until SIGTERM. A service that does not answer is said on the page that needs it."""
    its, web = read_settings(environ, GatewaySettings, WebSettings)
    configure_logs("gateway-web")
    Server(web, create_app(its), {"web": answers_itself(web)}).run()


ROLES: Mapping[str, Role] = {"web": run_web}
