"""What is done to the databases before anyone is served, in a process of its own.

What that takes, SQLAlchemy, Alembic and the communes of France, would otherwise stay in memory for as long as the
system runs: a hundred megabytes, a quarter of all it needs.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection

from deploy.local import migrations
from deploy.local.refusals import Refused
from libs.chassis.children import dies_with_parent

_FORK = get_context("fork")  # a process that has no thread yet


def prepare(
    environ: Mapping[str, str],
    say: Callable[[str], None],
    load: Callable[[Mapping[str, str]], None] | None = None,
) -> None:
    """Bring the databases to their newest version, with the territories in them; then `load` fills them further.

    Returns when that is done, in another process. Raises `Refused` where it cannot be.
    """

    def work() -> None:
        migrations.migrate(environ, say)
        _load_territories(environ, say)
        if load is not None:
            load(environ)

    _aside(work)


def _load_territories(environ: Mapping[str, str], say: Callable[[str], None]) -> None:
    """Load what the worker would load too, a few seconds after somebody looked for their commune in vain."""
    from deploy.local import settings
    from libs.chassis.db import Database
    from services.identity.settings import IdentitySettings
    from services.identity.territories.commands import load_shipped

    (identity,) = settings.read(environ, IdentitySettings)
    database = Database(identity.database_url, service="identity", owner=identity.owner)
    with database.transaction() as session:
        if load_shipped(session, datetime.now(UTC)):
            say("The territories of France are loaded.")
    database.close()


def _aside(work: Callable[[], None]) -> None:
    """Do `work` in a child process, which gives back all the memory it took. A `Refused` that it raises is raised."""
    receiver, sender = _FORK.Pipe(duplex=False)
    child = _FORK.Process(target=_do, args=(work, sender, dies_with_parent(signal.SIGTERM)))
    child.start()
    sender.close()
    try:
        with suppress(EOFError):
            raise Refused(receiver.recv())
        child.join()
    finally:
        child.terminate()  # for when somebody asked this process to end
        child.join()
    if child.exitcode != 0:
        raise Refused("The databases could not be prepared; what stands above says why.")


def _do(work: Callable[[], None], sender: Connection, tie: Callable[[], None]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    tie()
    try:
        work()
    except Refused as refusal:
        sender.send(str(refusal))
