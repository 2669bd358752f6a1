"""After databases were restored from a backup: doing again the erasures that were noted outside of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.orm import Session

from deploy.local.instances import instances_in
from libs.chassis.db import Database
from libs.chassis.erasure_log import ErasureLog
from services.consultation.privacy.commands import replay_erasures as replay_consultation
from services.defis.privacy.commands import replay_erasures as replay_defis
from services.identity.privacy.commands import replay_erasures as replay_identity
from services.notifications.privacy.commands import replay_erasures as replay_notifications

Replay = Callable[[Session, ErasureLog, datetime], int]

_OF_SERVICE: Mapping[str, Replay] = {
    "identity": replay_identity,
    "consultation": replay_consultation,
    "notifications": replay_notifications,
    "defis": replay_defis,
}


def replay(environ: Mapping[str, str]) -> dict[str, int]:
    """Erase again, in each migrated database, whom the log in `MAILLAGE_ERASURE_LOG` says was erased.

    Returns how many erasures were done again in which, by the instance's name; where nothing was lost, nothing changes.
    """
    log, done = ErasureLog(Path(environ["MAILLAGE_ERASURE_LOG"])), {}
    for instance in instances_in(environ):
        url, owner = environ[instance.database_variable], instance.operator or "coalition"
        database = Database(url, service=instance.service, owner=owner, pool_size=1)
        try:
            with database.transaction() as session:
                done[instance.name] = _OF_SERVICE[instance.service](session, log, datetime.now(UTC))
        finally:
            database.close()
    return done
