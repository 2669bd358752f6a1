"""The public site as a whole: what its processes are made of."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from gateway.app import create_app
from gateway.edge.nginx import render_from
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


def print_edge(environ: Mapping[str, str]) -> None:
    """Print the configuration of the nginx before it, and end."""
    sys.stdout.write(render_from(environ))


ROLES: Mapping[str, Role] = {"web": run_web, "edge": print_edge}
