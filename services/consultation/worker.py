"""The worker half of the consultation service: relays its events, hears of keys and défis, watches the clock."""

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
from services.consultation.consultations.commands import record_dates
from services.consultation.figures import FIGURES
from services.consultation.observatory.consumers import CONSUMERS as OBSERVATORY
from services.consultation.privacy.consumers import consumers_noting as erasing
from services.consultation.results.commands import record_publications
from services.consultation.settings import ConsultationSettings
from services.consultation.workshops.commands import forget_places


def consumers_noting(log: ErasureLog) -> tuple[Consumer, ...]:
    """What it hears; whom it erases is noted in `log`."""
    return (
        Consumer(name="keep-keys", event=KeysRotated, handle=keep_keys, projection=True),
        *OBSERVATORY,
        *erasing(log),
    )


consumers = consumers_noting(ErasureLog())
jobs = (
    Job(name="record-consultation-dates", every=timedelta(seconds=5), run=record_dates),
    Job(name="record-published-results", every=timedelta(seconds=5), run=record_publications),
    Job(name="forget-old-erasures", every=timedelta(hours=6), run=forget_old_erasures),
    Job(name="forget-workshop-places", every=timedelta(hours=6), run=forget_places),
)


def create_worker(settings: ConsultationSettings, database: Database, bus: Bus) -> Worker:
    """The worker of `settings.owner`. Opens no connection."""
    heard = consumers_noting(ErasureLog(settings.erasure_log))
    return Worker(database=database, bus=bus, consumers=heard, jobs=jobs, figures=FIGURES)
