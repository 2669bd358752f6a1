"""The worker half of the notifications service: it hears what happens, writes to people, and forgets in time."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from libs.chassis.bus import Bus
from libs.chassis.db import Database
from libs.chassis.erasure import forget_old_erasures
from libs.chassis.erasure_log import ErasureLog
from libs.chassis.inbox import Consumer
from libs.chassis.jobs import Job
from libs.chassis.keys import keep_keys
from libs.chassis.mail import MailSettings
from libs.chassis.worker import Worker
from libs.contracts.identity import KeysRotated
from services.notifications.digests.commands import send_digests
from services.notifications.email.commands import forget_old_mailings, send_at_once
from services.notifications.follows.commands import forget_expired
from services.notifications.follows.consumers import consumers as follow_consumers
from services.notifications.inbox.commands import forget_old_notices
from services.notifications.inbox.consumers import consumers as inbox_consumers
from services.notifications.people.consumers import consumers as people_consumers
from services.notifications.post import Post
from services.notifications.privacy.consumers import consumers_noting as erasing
from services.notifications.roles.commands import forget_ended_moderations
from services.notifications.roles.consumers import consumers as role_consumers
from services.notifications.settings import NotificationsSettings


def consumers_noting(log: ErasureLog) -> tuple[Consumer, ...]:
    """What it hears; whom it erases is noted in `log`."""
    return (
        Consumer(name="keep-keys", event=KeysRotated, handle=keep_keys, projection=True),
        *people_consumers,
        *inbox_consumers,
        *follow_consumers,
        *role_consumers,
        *erasing(log),
    )


consumers = consumers_noting(ErasureLog())


def jobs(settings: NotificationsSettings) -> tuple[Job, ...]:
    """What runs by the clock."""
    post = Post.of(settings)

    def at_once(session: Session, now: datetime) -> None:
        send_at_once(session, post, now)

    def digests(session: Session, now: datetime) -> None:
        send_digests(session, post, settings.digest_hour, now)

    return (
        Job(name="send-at-once", every=timedelta(seconds=2), run=at_once),
        Job(name="send-digests", every=timedelta(seconds=5), run=digests),
        Job(name="forget-unconfirmed-follows", every=timedelta(minutes=15), run=forget_expired),
        Job(name="forget-old-notices", every=timedelta(hours=6), run=forget_old_notices),
        Job(name="forget-ended-moderations", every=timedelta(hours=6), run=forget_ended_moderations),
        Job(name="forget-old-erasures", every=timedelta(hours=6), run=forget_old_erasures),
        Job(name="forget-old-mailings", every=timedelta(hours=6), run=forget_old_mailings),
    )


def create_worker(settings: NotificationsSettings, database: Database, bus: Bus) -> Worker:
    """The worker. Opens no connection."""
    heard = consumers_noting(ErasureLog(settings.erasure_log))
    mail = MailSettings(url=settings.smtp_url, sender=settings.mail_from)
    return Worker(database=database, bus=bus, consumers=heard, jobs=jobs(settings), mail=mail)
