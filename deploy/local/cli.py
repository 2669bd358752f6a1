"""The `maillage` command: everything on this machine.

JSON goes to stdout, alone; everything else to stderr. Exit 0, or 1 when it refuses, or 2 when it was called wrongly.
Imports that cost time wait until a command needs them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

import click

from deploy.local.refusals import Refused


class _Commands(click.Group):
    """Turns a refusal into its sentence and exit 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Refused as refusal:
            raise click.ClickException(str(refusal)) from refusal


def say(text: str) -> None:
    """Tell the person at the terminal; never on stdout."""
    click.echo(text, err=True)


def print_json(value: object) -> None:
    """The command's answer."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="maillage")
def main() -> None:
    """Maillage on one machine. Its data are in MAILLAGE_DATA, else in the folder var of the checkout."""


@main.command()
def up() -> None:
    """Start everything and stay; Ctrl-C ends everything."""
    _run(demo=False)


@main.command()
def demo() -> None:
    """Start everything with the demo: the cause « Territoires », its consultation and its accounts."""
    _run(demo=True)


def _run(*, demo: bool) -> None:
    from deploy.local.folder import data_folder
    from deploy.local.supervisor import Supervisor

    supervisor = Supervisor(data_folder(os.environ), os.environ, demo=demo, say=say)
    if not demo:
        supervisor.run(welcome=lambda url: say(f"Maillage runs at {url}\nCtrl-C ends everything."))
        return
    from deploy.local.demo.load import load, welcome

    supervisor.run(load=lambda environ: load(environ, say), welcome=lambda url: say(welcome(url)))


@main.command()
def migrate() -> None:
    """Bring the databases to their newest version."""
    from deploy.local import migrations

    migrations.migrate(environ_with_postgres("migrate"), say)
    say("The databases are at their newest version.")


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def status(as_json: bool) -> None:
    """What runs, where, in which versions, and what waits."""
    from deploy.local.folder import data_folder
    from deploy.local.status import describe, in_words

    found = describe(data_folder(os.environ), environ_with_postgres("status"))
    if as_json:
        print_json(found)
    else:
        click.echo(in_words(found))


def environ_with_postgres(command: str) -> Mapping[str, str]:
    """The system's environment, its PostgreSQL running until this command ends."""
    from deploy.local import settings
    from deploy.local.folder import data_folder
    from deploy.local.postgres import postgres_for

    folder = data_folder(os.environ)
    port = click.get_current_context().with_resource(postgres_for(folder, command, say))
    holder = folder.holder()
    url = (holder.url if holder else "") or f"http://127.0.0.1:{settings.port(os.environ)}"
    environ = settings.compose(folder, os.environ, postgres_port=port, url=url)
    settings.read(environ)
    return environ
