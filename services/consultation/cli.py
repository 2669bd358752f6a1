"""What operators do to consultations from the command line: `maillage consultation …`.

The commands get their database from whoever composes them, through the context's object, an `Installation`. JSON goes
to stdout, alone; progress and sentences go to stderr. Exit 0, or 1 when something is refused, or 2 on wrong usage.
Imports that cost time wait until a command needs them.
"""

from __future__ import annotations

import dataclasses
import json
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TextIO

import click

from libs.chassis.errors import Invalid, Problem

if TYPE_CHECKING:
    from libs.chassis.db import Database
    from services.consultation.results.live import LiveFigures


class Installation(Protocol):
    """Where these commands run."""

    def consultation_database(self) -> Database:
        """The consultation service's database, reachable and migrated until the command ends."""


@click.group()
def consultation() -> None:
    """Import conversations and read results."""


@consultation.command("import-polis")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option("--slug", required=True, help="The consultation's name in addresses.")
@click.pass_context
def import_polis(ctx: click.Context, folder: Path, slug: str) -> None:
    """Import the Pol.is export in DIR as a closed and archived consultation; a second time changes nothing."""
    from services.consultation.imports import commands
    from services.consultation.imports.polis_files import InvalidExport

    with _refusals(), Bars(sys.stderr) as bars:
        try:
            done = commands.import_polis(_database(ctx), folder, slug, bars.tell)
        except InvalidExport as error:
            raise click.ClickException(
                f"This export was not imported; nothing was changed.\n{error}"
            ) from error
    said = "Imported" if done.new else "Already imported, nothing changed"
    click.echo(
        f"{said}: {done.proposals} proposals, {done.participants} participants, {done.votes} votes.", err=True
    )
    click.echo(json.dumps({"slug": slug, **dataclasses.asdict(done)}, default=str))


@consultation.command()
@click.argument("slug")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def results(ctx: click.Context, slug: str, as_json: bool) -> None:
    """Print how many votes each proposal of a consultation has, whatever its state."""
    from services.consultation.results.live import live_figures

    with _refusals(), _database(ctx).transaction() as session:
        figures = live_figures(session, slug)
    click.echo(json.dumps(_document(figures), ensure_ascii=False) if as_json else _table(figures))


class Bars:
    """A progress bar for each stage of a piece of work, one after the other."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._stage = ""
        self._bar: Any = None

    def __enter__(self) -> Bars:
        return self

    def __exit__(self, *_: object) -> None:
        self._finish()

    def tell(self, stage: str, done: int, total: int) -> None:
        """Show that `done` of `total` steps of a stage are done; a stage is over when all are."""
        if stage != self._stage:
            self._finish()
            self._stage = stage
            self._bar = click.progressbar(length=total, label=f"{stage:24}", file=self._stream)
            self._bar.__enter__()
        if self._bar is not None:
            self._bar.update(done - self._bar.pos)

    def _finish(self) -> None:
        if self._bar is not None:
            self._bar.__exit__(None, None, None)
            self._bar = None


def _database(ctx: click.Context) -> Database:
    installation: Installation = ctx.obj
    return installation.consultation_database()


@contextmanager
def _refusals() -> Iterator[None]:
    """A refusal becomes its sentence on stderr and exit 1; a word that cannot be used, exit 2."""
    import psycopg
    from sqlalchemy.exc import DBAPIError

    try:
        yield
    except Invalid as problem:
        raise click.UsageError(str(problem.sentence)) from problem
    except Problem as problem:
        raise click.ClickException(str(problem)) from problem
    except (DBAPIError, psycopg.Error) as error:  # the second from a COPY, which SQLAlchemy does not see
        reason = error.orig if isinstance(error, DBAPIError) else error
        raise click.ClickException(f"The database failed; nothing was changed: {reason}") from error


def _document(figures: LiveFigures) -> dict[str, Any]:
    shown = ("id", "source_id", "state", "agree", "disagree", "neutral")
    return {
        "participants": figures.participants,
        "proposals": [{name: getattr(proposal, name) for name in shown} for proposal in figures.proposals],
    }


def _table(figures: LiveFigures) -> str:
    lines = [f"{figures.participants} participants, {len(figures.proposals)} proposals", ""]
    lines.append(f"{'agree':>7} {'disagree':>8} {'neutral':>7}  {'state':9}  proposal")
    lines += [
        f"{each.agree:7} {each.disagree:8} {each.neutral:7}  {each.state:9}  "
        + textwrap.shorten(each.text, 80, placeholder=" …")
        for each in figures.proposals
    ]
    return "\n".join(lines)
