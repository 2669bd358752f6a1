"""After databases were restored from a backup: doing again the erasures that were noted outside of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from deploy.local.instances import instances_in
from libs.chassis.db import Database
from libs.chassis.erasure_log import ErasureLog
from services.consultation.service import SERVICE as CONSULTATION
from services.defis.service import SERVICE as DEFIS
from services.identity.service import SERVICE as IDENTITY
from services.notifications.service import SERVICE as NOTIFICATIONS

_SERVICES = {service.name: service for service in (IDENTITY, CONSULTATION, NOTIFICATIONS, DEFIS)}


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
                done[instance.name] = _SERVICES[instance.service].replay_erasures(
                    session, log, datetime.now(UTC)
                )
        finally:
            database.close()
    return done
