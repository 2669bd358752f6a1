"""Bringing the databases of all services to the version that their code expects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from deploy.local.folder import CHECKOUT
from deploy.local.postgres import SERVICES
from deploy.local.refusals import Refused


def migrate(environ: Mapping[str, str], say: Callable[[str], None]) -> None:
    """Bring every database to its newest version; one that is there already is left alone.

    Raises `Refused` on one that this code is too old for.
    """
    from alembic.util import CommandError

    from libs.chassis.migrations import is_current, upgrade

    for service, url in _databases(environ):
        if is_current(url, _folder(service)):
            continue
        say(f"Bringing the database of {service} to its newest version…")
        try:
            upgrade(url, _folder(service))
        except CommandError as error:
            raise Refused(
                f"The database of {service} was made by a newer Maillage ({error}): use that one, or another folder "
                "in MAILLAGE_DATA."
            ) from error


def current(environ: Mapping[str, str]) -> dict[str, bool]:
    """Whether the database of each service is at its newest version."""
    from libs.chassis.migrations import is_current

    return {service: is_current(url, _folder(service)) for service, url in _databases(environ)}


def _databases(environ: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(service, environ[f"MAILLAGE_{service.upper()}_DATABASE_URL"]) for service in SERVICES]


def _folder(service: str) -> Path:
    return CHECKOUT / "services" / service / "migrations"
