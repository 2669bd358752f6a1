"""The installation that a command works on, with the system up or down."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING

from deploy.local.folder import DataFolder, data_folder
from deploy.local.instances import OPERATORS, instances_in

if TYPE_CHECKING:
    from libs.chassis.db import Database
    from services.identity.settings import IdentitySettings

Say = Callable[[str], None]


class Installation:
    """The data folder that the environment names. What it opens is closed with `resources`."""

    def __init__(self, environ: Mapping[str, str], say: Say, resources: ExitStack) -> None:
        self._environ, self._say, self._resources = environ, say, resources

    @property
    def folder(self) -> DataFolder:
        """The data folder."""
        return data_folder(self._environ)

    def environ(self, command: str) -> dict[str, str]:
        """The environment of the system's processes; PostgreSQL runs until `resources` are closed."""
        from deploy.local import settings
        from deploy.local.postgres import postgres_for

        given, served = dict(self._environ), instances_in(self._environ)
        port = self._resources.enter_context(postgres_for(self.folder, command, self._say, served))
        holder = self.folder.holder()
        if holder is not None and holder.pid != os.getpid():
            given[OPERATORS] = ",".join(
                holder.operators
            )  # the running system knows better: a demo has its own
        url = (holder.url if holder else "") or f"http://127.0.0.1:{settings.port(given)}"
        environ = settings.compose(self.folder, given, postgres_port=port, url=url)
        settings.read(environ)
        return environ

    def consultation_database(self) -> Database:
        """The consultation service's database, reachable and migrated until `resources` are closed."""
        return self._database("consultation")

    def identity_database(self) -> Database:
        """The identity service's database, reachable and migrated until `resources` are closed."""
        return self._database("identity")

    def identity_service(self) -> tuple[Database, IdentitySettings]:
        """The same, with what the service is told."""
        from deploy.local import settings
        from services.identity.settings import IdentitySettings

        environ = self.environ("identity")
        (its,) = settings.read(environ, IdentitySettings)
        return self._open("identity", environ), its

    def _database(self, service: str) -> Database:
        return self._open(service, self.environ(service))

    def _open(self, service: str, environ: Mapping[str, str]) -> Database:
        from deploy.local import migrations
        from libs.chassis.db import Database

        migrations.migrate(environ, self._say)
        url = environ[f"MAILLAGE_{service.upper()}_DATABASE_URL"]
        database = Database(url, service=service, owner=environ.get("MAILLAGE_OWNER") or "coalition")
        self._resources.callback(database.close)
        return database
