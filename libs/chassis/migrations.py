"""Bringing a service's database to the version its code expects.

Each service keeps Alembic revisions in `migrations/versions/` and an `env.py` of two lines that calls `run`. Revisions
expand before they contract: the previous version of the code must work on the new schema.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command, context
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, create_engine, pool, text

from libs.chassis.db import Database


class SchemaBehind(Exception):
    """The database is older than the code: migrations have not run yet."""


def upgrade(url: str, folder: Path) -> None:
    """Bring the database at `url` to the newest revision in `folder`. Several may try at once; one does it."""
    command.upgrade(_config(url, folder), "head")


def is_current(url: str, folder: Path) -> bool:
    """Whether the database at `url` is at the newest revision in `folder`."""
    head = ScriptDirectory.from_config(_config(url, folder)).get_current_head()
    engine = create_engine(_dialect(url), poolclass=pool.NullPool)
    with engine.connect() as connection:
        known = connection.scalar(text("SELECT to_regclass('alembic_version') IS NOT NULL"))
        return bool(known) and connection.scalar(text("SELECT version_num FROM alembic_version")) == head


def check_schema(database: Database, folder: Path) -> None:
    """Raise `SchemaBehind` where the database is at an earlier revision than the newest in `folder`, or at none.

    A revision that is not in `folder` at all comes from newer code, which has only expanded what this one knows.
    """
    earlier = {script.revision for script in ScriptDirectory(str(folder)).walk_revisions()}
    earlier.discard(str(ScriptDirectory(str(folder)).get_current_head()))
    with database.autocommit() as connection:
        (exists,) = connection.execute("SELECT to_regclass('alembic_version') IS NOT NULL").fetchone() or (
            False,
        )
        (revision,) = (
            exists and connection.execute("SELECT version_num FROM alembic_version").fetchone()
        ) or (None,)
    if revision is None or revision in earlier:
        raise SchemaBehind(f"the schema is at {revision or 'nothing'}")


def run(metadata: MetaData) -> None:
    """The whole of a service's `env.py`: run the revisions in one transaction, under a lock."""
    url = context.config.get_main_option("sqlalchemy.url")
    assert url is not None
    engine = create_engine(_dialect(url), poolclass=pool.NullPool)
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('maillage migrations', 0))"))
        context.configure(connection=connection, target_metadata=metadata, compare_type=True)
        context.run_migrations()


def _config(url: str, folder: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _dialect(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://", 1)
