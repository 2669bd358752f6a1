"""The identity service as a whole: what its processes are made of."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from libs.chassis.db import Database
from libs.chassis.errors import Problem
from libs.chassis.server import WebSettings
from libs.chassis.service import Service
from libs.chassis.settings import read_settings
from services.identity.app import MIGRATIONS, NAME, create_app
from services.identity.cli import grant_first_administrator
from services.identity.privacy.commands import replay_erasures
from services.identity.settings import IdentitySettings
from services.identity.worker import create_worker

SERVICE = Service(
    name=NAME,
    settings=IdentitySettings,
    migrations=MIGRATIONS,
    create_app=create_app,
    create_worker=create_worker,
    replay_erasures=replay_erasures,
)


def appoint(environ: Mapping[str, str]) -> None:
    """Let the address that stands on standard input administer the coalition, as long as nobody does."""
    its, _web = read_settings(environ, IdentitySettings, WebSettings)
    database = Database(its.database_url, service=NAME, owner=its.owner)
    email = sys.stdin.readline().strip()
    try:
        with database.transaction() as session:
            grant_first_administrator(session, email)
    except Problem as problem:
        sys.exit(str(problem))
    finally:
        database.close()
    sys.stderr.write(f"{email} administers the coalition.\n")


ROLES = {**SERVICE.roles, "first-administrator": appoint}
