"""What operators do to territories from the command line: `maillage territories …`.

The commands get their database from whoever composes them, through the context's object, an `Installation`. Reports
go to stdout, everything else to stderr. Exit 0, or 1 when something is refused. Imports that cost time wait until a
command needs them.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import click

if TYPE_CHECKING:
    from libs.chassis.db import Database


class Installation(Protocol):
    """Where these commands run."""

    def identity_database(self) -> Database:
        """The identity service's database, reachable and migrated until the command ends."""


@click.group()
def territories() -> None:
    """Load régions, départements, EPCI and communes, and the kinds of territory."""


@territories.command()
@click.pass_context
def load(ctx: click.Context) -> None:
    """Load the territories that this version ships; nothing happens when they are loaded already."""
    from services.identity.territories.commands import load_shipped

    with _database(ctx).transaction() as session:
        loaded = load_shipped(session, datetime.now(UTC))
    click.echo("The territories are loaded." if loaded else "The territories were loaded already.", err=True)


@territories.command("load-density")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def load_density(ctx: click.Context, file: Path, as_json: bool) -> None:
    """Take the kinds of communes from INSEE's communal density grid, the xlsx FILE, and report what changes."""
    from libs.chassis.errors import Problem
    from services.identity.territories.commands import apply_grid, load_shipped
    from services.identity.territories.density import InvalidGrid, read_grid
    from services.identity.territories.reclassing import in_words, summarise

    try:
        grid = read_grid(file)
        with _database(ctx).transaction() as session:
            load_shipped(session, datetime.now(UTC))
            applied = apply_grid(session, grid)
    except (InvalidGrid, Problem) as error:
        raise click.ClickException(f"This grid was not applied; nothing was changed.\n{error}") from error
    report = summarise(applied.communes, applied.unknown)
    click.echo(json.dumps(report, ensure_ascii=False) if as_json else in_words(report))


def _database(ctx: click.Context) -> Database:
    installation: Installation = ctx.obj
    return installation.identity_database()
