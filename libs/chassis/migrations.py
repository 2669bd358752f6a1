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
