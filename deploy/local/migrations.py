"""Bringing the databases of all services to the version that their code expects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from deploy.local.folder import CHECKOUT
from deploy.local.instances import Instance, instances_in
from deploy.local.refusals import Refused


def migrate(environ: Mapping[str, str], say: Callable[[str], None]) -> None:
    """Bring every database to its newest version; one that is there already is left alone.

    Raises `Refused` on one that this code is too old for.
    """
    from alembic.util import CommandError

    from libs.chassis.migrations import is_current, upgrade

    for instance in instances_in(environ):
        url, folder = environ[instance.database_variable], folder_of(instance)
        if is_current(url, folder):
            continue
        say(f"Bringing the database of {instance.name} to its newest version…")
        try:
            upgrade(url, folder)
        except CommandError as error:
            raise Refused(
                f"The database of {instance.name} was made by a newer Maillage ({error}): use that one, or "
                "another folder in MAILLAGE_DATA."
            ) from error


def is_newest(instance: Instance, url: str) -> bool:
    """Whether the database of a service is at its newest version."""
    from libs.chassis.migrations import is_current

    return is_current(url, folder_of(instance))


def folder_of(instance: Instance) -> Path:
    """Where the revisions of its service lie."""
    return CHECKOUT / "services" / instance.service / "migrations"
