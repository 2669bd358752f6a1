"""The worker half of the identity service: it relays its events, sends its mails, and keeps its tables in order."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from libs.chassis.bus import Bus
from libs.chassis.db import Database
from libs.chassis.inbox import Consumer
from libs.chassis.jobs import Job
from libs.chassis.mail import MailSettings
from libs.chassis.worker import Worker
from services.identity.figures import FIGURES
from services.identity.keys.commands import KeyRing, rotate
from services.identity.people.commands import tell_untold_contacts
from services.identity.privacy.commands import flag_late, forget_declared
from services.identity.privacy.consumers import consumers as privacy_consumers
from services.identity.sessions.commands import forget_expired as forget_expired_sessions
from services.identity.settings import IdentitySettings
from services.identity.sign_in.commands import forget_expired as forget_expired_sign_ins
from services.identity.territories.commands import load_shipped
from services.identity.vault import Vault

consumers: tuple[Consumer, ...] = privacy_consumers
"""Identity tells; all it hears is who has erased whom it was asked to."""


def jobs(settings: IdentitySettings) -> tuple[Job, ...]:
    """What runs by the clock."""
    ring = KeyRing(issuer=settings.issuer, vault=Vault(settings.secret), policy=settings.key_policy)

    def rotate_keys(session: Session, now: datetime) -> None:
        rotate(session, ring, now)

    def load_territories(session: Session, now: datetime) -> None:
        load_shipped(session, now)

    return (
        Job(name="load-territories", every=timedelta(hours=1), run=load_territories),
        Job(name="rotate-keys", every=timedelta(minutes=10), run=rotate_keys),
        Job(name="tell-untold-contacts", every=timedelta(seconds=30), run=tell_untold_contacts),
        Job(name="forget-expired-sign-ins", every=timedelta(minutes=15), run=forget_expired_sign_ins),
        Job(name="forget-expired-sessions", every=timedelta(hours=1), run=forget_expired_sessions),
        Job(name="flag-late-erasures", every=timedelta(hours=1), run=flag_late),
        Job(name="forget-declared-erasures", every=timedelta(days=1), run=forget_declared),
    )


def create_worker(settings: IdentitySettings, database: Database, bus: Bus) -> Worker:
    """The worker. Opens no connection."""
    mail = MailSettings(url=settings.smtp_url, sender=settings.mail_from)
    return Worker(
        database=database, bus=bus, consumers=consumers, jobs=jobs(settings), mail=mail, figures=FIGURES
    )
