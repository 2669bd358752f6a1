"""The identity service as a whole: what its processes are made of."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager

from sqlalchemy.orm import Session

from libs.chassis.db import Database
from libs.chassis.errors import Problem
from libs.chassis.server import WebSettings
from libs.chassis.service import Service
from libs.chassis.settings import read_settings
from services.identity.app import MIGRATIONS, NAME, create_app
from services.identity.cli import describe_keys, grant_first_administrator, withdraw_key
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
    email = sys.stdin.readline().strip()
    with _console(environ) as (session, _its):
        grant_first_administrator(session, email)
    sys.stderr.write(f"{email} administers the coalition.\n")


def list_keys(environ: Mapping[str, str]) -> None:
    """Print the keys whose tokens are believed, as JSON."""
    with _console(environ) as (session, _its):
        described = describe_keys(session)
    sys.stdout.write(f"{json.dumps(described, indent=2)}\n")


def give_up_key(environ: Mapping[str, str]) -> None:
    """Withdraw the key whose `kid` stands on standard input; print those that are left, as JSON."""
    kid = sys.stdin.readline().strip()
    with _console(environ) as (session, its):
        withdraw_key(session, its, kid)
        described = describe_keys(session)
    sys.stdout.write(f"{json.dumps(described, indent=2)}\n")
    sys.stderr.write(f"{kid} is withdrawn: what it signed is refused within a minute.\n")


@contextmanager
def _console(environ: Mapping[str, str]) -> Iterator[tuple[Session, IdentitySettings]]:
    """A transaction of whoever runs a command here. A refusal ends the process with its sentence."""
    its, _web = read_settings(environ, IdentitySettings, WebSettings)
    with closing(Database(its.database_url, service=NAME, owner=its.owner)) as database:
        try:
            with database.transaction() as session:
                yield session, its
        except Problem as problem:
            sys.exit(str(problem))


ROLES = {
    **SERVICE.roles,
    "first-administrator": appoint,
    "keys": list_keys,
    "withdraw-key": give_up_key,
}
