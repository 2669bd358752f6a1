"""What operators do to signing keys from the command line: `maillage identity keys …`.

The commands get their database and settings from whoever composes them, through the context's object, an
`Installation`. JSON goes to stdout, alone; sentences go to stderr. Exit 0, or 1 when something is refused.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Protocol

import click

if TYPE_CHECKING:
    from libs.chassis.db import Database
    from services.identity.settings import IdentitySettings


class Installation(Protocol):
    """Where these commands run."""

    def identity_service(self) -> tuple[Database, IdentitySettings]:
        """The identity service's database, reachable and migrated until the command ends, and its settings."""


@click.group()
def keys() -> None:
    """Look at the keys that sign tokens, and give one up."""


@keys.command("list")
@click.pass_context
def list_keys(ctx: click.Context) -> None:
    """Print every key that is believed, and where it is in its life, as JSON; none holds a secret."""
    from services.identity.cli import describe_keys

    database, _its = _service(ctx)
    with database.transaction() as session:
        described = describe_keys(session)
    click.echo(json.dumps(described, indent=2))


@keys.command()
@click.argument("kid")
@click.pass_context
def withdraw(ctx: click.Context, kid: str) -> None:
    """Give up the key KID, because it leaked: all it signed is refused within a minute, and another signs.

    Whoever is signed in goes on; browsers that voted with a token of that key are asked for their consent again.
    """
    from libs.chassis.errors import Problem
    from services.identity.cli import describe_keys, withdraw_key

    database, its = _service(ctx)
    try:
        with database.transaction() as session:
            withdraw_key(session, its, kid)
            described = describe_keys(session)
    except Problem as problem:
        raise click.ClickException(str(problem)) from problem
    click.echo(json.dumps(described, indent=2))
    click.echo(f"{kid} is withdrawn: what it signed is refused within a minute.", err=True)


def _service(ctx: click.Context) -> tuple[Database, IdentitySettings]:
    installation: Installation = ctx.obj
    return installation.identity_service()
