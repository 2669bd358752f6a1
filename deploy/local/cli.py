"""The `maillage` command: everything on this machine.

JSON goes to stdout, alone; everything else to stderr. Exit 0, or 1 when it refuses, or 2 when it was called wrongly.
Imports that cost time wait until a command needs them.
"""

from __future__ import annotations

import json
import os
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from deploy.local.folder import DataFolder
from deploy.local.installation import Installation
from deploy.local.refusals import Refused
from services.consultation.cli import consultation
from services.identity.keys.cli import keys
from services.identity.territories.cli import territories


class _Commands(click.Group):
    """Turns a refusal into its sentence and exit 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Refused as refusal:
            raise click.ClickException(str(refusal)) from refusal


def say(text: str) -> None:
    """Tell the person at the terminal, if it is still there; never on stdout."""
    with suppress(OSError):
        click.echo(text, err=True)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="maillage")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Maillage on one machine. Its data are in MAILLAGE_DATA, else in the folder var of the checkout."""
    os.umask(0o077)  # what it writes is for its owner only
    ctx.obj = Installation(os.environ, say, ctx.with_resource(ExitStack()))


@main.command()
@click.pass_obj
def up(installation: Installation) -> None:
    """Start everything and stay; Ctrl-C ends everything."""
    _run(installation.folder, demo=False)


@main.command()
@click.pass_obj
def demo(installation: Installation) -> None:
    """Start everything with the demo: the cause « Territoires », its consultation, two operators and its accounts."""
    _run(installation.folder, demo=True)


def _run(folder: DataFolder, *, demo: bool) -> None:
    from deploy.local.supervisor import Supervisor

    supervisor = Supervisor(folder, os.environ, demo=demo, say=say)
    if not demo:
        supervisor.run(welcome=lambda url: say(f"Maillage runs at {url}\nCtrl-C ends everything."))
        return
    from deploy.local.demo.load import load, welcome

    supervisor.run(load=lambda environ: load(environ, say), welcome=lambda url: say(welcome(url)))


@main.command()
@click.pass_obj
def migrate(installation: Installation) -> None:
    """Bring the databases to their newest version."""
    from deploy.local import migrations

    migrations.migrate(installation.environ("migrate"), say)
    say("The databases are at their newest version.")


@main.command()
@click.option(
    "--to", "folder", type=click.Path(path_type=Path, file_okay=False), help="A new or empty folder."
)
@click.pass_obj
def backup(installation: Installation, folder: Path | None) -> None:
    """Copy the databases, and the passwords and keys, into FOLDER; without one, below the data folder.

    Works while the system runs. Whoever reads the copy can read everything and speak as this installation: keep it as
    you would keep secrets, on another machine. Prints what it holds as JSON.
    """
    from deploy.local.backup import back_up, check_there_is_something, default_target

    check_there_is_something(installation.folder)
    now = datetime.now(UTC)
    target = (folder or default_target(installation.folder, now)).absolute()
    port = int(urlsplit(installation.environ("backup")["MAILLAGE_IDENTITY_DATABASE_URL"]).port or 0)
    made = back_up(installation.folder, port, target, now, say)
    rows = {name: dumped.rows for name, dumped in made.databases.items()}
    click.echo(json.dumps({"backup": str(target), "made_at": made.made_at.isoformat(), "rows": rows}))
    say(
        "It holds this installation's passwords and keys, not encrypted. Not in it, and to be kept apart: "
        f"the erasures, noted in {installation.folder.erasures}."
    )


@main.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--erasures", type=click.Path(path_type=Path, file_okay=False), help="The erasure log to go on with."
)
@click.option("--none-erased", is_flag=True, help="Nobody was erased since the backup was made.")
@click.pass_obj
def restore(installation: Installation, folder: Path, erasures: Path | None, none_erased: bool) -> None:
    """Make a new installation from the backup in FOLDER, in an empty data folder.

    Whoever was erased since the backup is erased again. Prints how many rows and erasures, by database, as JSON.
    """
    from deploy.local.restore import restore as rebuild

    found = rebuild(
        folder, os.environ, erasure_log=erasures, none_erased=none_erased, now=datetime.now(UTC), say=say
    )
    click.echo(json.dumps(found))
    say(f"Restored into {installation.folder}.")


@main.command("replay-erasures")
@click.pass_obj
def replay_erasures(installation: Installation) -> None:
    """After a restore: erase again whom the erasure log says was erased. Prints how many, by database, as JSON."""
    from deploy.local import erasures, migrations

    environ = installation.environ("replay-erasures")
    migrations.migrate(environ, say)
    click.echo(json.dumps(erasures.replay(environ)))


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def status(installation: Installation, as_json: bool) -> None:
    """What runs, where, in which versions, and what waits."""
    from deploy.local.status import describe, in_words

    found = describe(installation.folder, installation.environ("status"))
    click.echo(json.dumps(found, ensure_ascii=False, indent=2) if as_json else in_words(found))


@main.group()
def identity() -> None:
    """Look after accounts and signing keys."""


@identity.command("first-administrator")
@click.argument("email")
@click.pass_obj
def first_administrator(installation: Installation, email: str) -> None:
    """Let EMAIL administer the coalition, as long as nobody does; they sign in as everybody does."""
    from libs.chassis.errors import Problem
    from services.identity.cli import grant_first_administrator

    try:
        with installation.identity_database().transaction() as session:
            grant_first_administrator(session, email)
    except Problem as problem:
        raise Refused(str(problem)) from problem
    say(f"{email} administers the coalition.")


@main.group()
def edge() -> None:
    """The nginx before a production installation."""


@edge.command("render")
def render_edge() -> None:
    """Print its configuration, as the variables MAILLAGE_EDGE_… say."""
    from gateway.edge.nginx import render_from
    from libs.chassis.settings import SettingsError

    try:
        click.echo(render_from(os.environ), nl=False)
    except SettingsError as error:
        raise Refused(str(error)) from error


identity.add_command(keys)
main.add_command(consultation)
main.add_command(territories)
