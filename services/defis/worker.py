"""The worker half of a défi service: relays its events, keeps issuers' keys, watches the clock."""

from __future__ import annotations

from datetime import timedelta

from libs.chassis.bus import Bus
from libs.chassis.db import Database
from libs.chassis.erasure import forget_old_erasures
from libs.chassis.erasure_log import ErasureLog
from libs.chassis.inbox import Consumer
from libs.chassis.jobs import Job
from libs.chassis.keys import keep_keys
from libs.chassis.worker import Worker
from libs.contracts.identity import KeysRotated
from services.defis.figures import FIGURES
from services.defis.meetings.commands import remind
from services.defis.pledges.commands import lapse_overdue
from services.defis.privacy.consumers import consumers_noting as erasing
from services.defis.settings import DefisSettings


def consumers_noting(log: ErasureLog) -> tuple[Consumer, ...]:
    """What it hears; whom it erases is noted in `log`."""
    return (
        Consumer(name="keep-keys", event=KeysRotated, handle=keep_keys, projection=True),
        *erasing(log),
    )


consumers = consumers_noting(ErasureLog())
jobs = (
    Job(name="remind-of-meetings", every=timedelta(minutes=5), run=remind),
    Job(name="lapse-pledges", every=timedelta(hours=1), run=lapse_overdue),
    Job(name="forget-old-erasures", every=timedelta(hours=6), run=forget_old_erasures),
)


def create_worker(settings: DefisSettings, database: Database, bus: Bus) -> Worker:
    """The worker of `settings.owner`. Opens no connection."""
    heard = consumers_noting(ErasureLog(settings.erasure_log))
    return Worker(database=database, bus=bus, consumers=heard, jobs=jobs, figures=FIGURES)
