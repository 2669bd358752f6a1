"""Mailing notices: at once, or left for the digest, or not at all, as their recipient wants it when the mail is made.

Whoever mails holds the recipient's row, and so does whoever changes what they want: so an opt-out is never overtaken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, func, insert, select, text, update
from sqlalchemy.orm import Session

from libs.chassis.mail import count_due_mail, queue_mail, withdraw_mail
from services.notifications.email.letters import Window, compose_notices
from services.notifications.email.models import Delivery, Mailing
from services.notifications.email.rules import next_of
from services.notifications.inbox.models import Notice
from services.notifications.people.models import Recipient
from services.notifications.post import Post
from services.notifications.preferences.queries import levels_of, unwanted

_RECIPIENTS_A_RUN = 200
"""How many recipients one run of a job serves, so that no transaction grows without bound."""
_MOST_DUE = 400
"""Mails that wait to leave before a job queues more: who asks to follow something is not answered after a campaign."""
_HOUR = timedelta(hours=1)


def plan_deliveries(session: Session, recipients: Mapping[UUID, UUID]) -> None:
    """Have notices that were just kept mailed, where their recipients want it. `recipients` are by notice."""
    rows = [
        {"notice_id": notice, "recipient_id": recipient, "state": "new"}
        for notice, recipient in recipients.items()
    ]
    session.execute(insert(Delivery), rows)


def send_at_once(session: Session, post: Post, now: datetime) -> int:
    """Scheduled job: deal with the notices that are new; returns for how many recipients."""
    recipients = _with_news(session)
    for recipient in recipients:
        _send_new(session, recipient, post, now)
    return len(recipients)


def room_for_mail(session: Session) -> int:
    """How many recipients a job may mail now."""
    return max(0, min(_RECIPIENTS_A_RUN, _MOST_DUE - count_due_mail(session)))


def mail_notices(
    session: Session,
    recipient: Recipient,
    notices: Sequence[Notice],
    post: Post,
    now: datetime,
    window: Window | None = None,
) -> UUID:
    """Queue one mail that tells `notices`; returns the id of its mailing. The caller holds `recipient`."""
    mail = compose_notices(recipient, notices, post, window)
    mailing = Mailing(
        id=queue_mail(session, mail, sender=post.sender, now=now), recipient_id=recipient.id, queued_at=now
    )
    session.add(mailing)
    session.flush()
    told = [notice.id for notice in notices]
    session.execute(
        update(Delivery)
        .where(Delivery.notice_id.in_(told))
        .values(state="queued", mailing_id=mailing.id)
        .execution_options(synchronize_session=False)
    )
    return mailing.id


def drop_deliveries(session: Session, notices: Sequence[Notice]) -> None:
    """Mail none of `notices`; they stay in the inbox."""
    session.execute(delete(Delivery).where(Delivery.notice_id.in_([notice.id for notice in notices])))


def withdraw_unwanted(session: Session, recipient_id: UUID) -> None:
    """Take back queued mails of which a recipient who was just heard wants nothing any more."""
    _withdraw_but(session, recipient_id, Notice.kind.not_in(unwanted(levels_of(session, recipient_id))))


def withdraw_follow(session: Session, recipient_id: UUID, follow_ids: Sequence[UUID]) -> None:
    """Mail nothing that comes from these follows: drop what waits, take back queued mails with nothing else in them."""
    session.execute(
        delete(Delivery).where(
            Delivery.state != "queued",
            Delivery.notice_id.in_(select(Notice.id).where(Notice.follow_id.in_(follow_ids))),
        )
    )
    _withdraw_but(session, recipient_id, Notice.follow_id.is_(None) | Notice.follow_id.not_in(follow_ids))


def withdraw_all(session: Session, recipient_id: UUID) -> None:
    """Take back every queued mail to a recipient, whichever address it was written to."""
    withdraw_mail(
        session, session.scalars(select(Mailing.id).where(Mailing.recipient_id == recipient_id)).all()
    )


def forget_old_mailings(session: Session, now: datetime) -> None:
    """Scheduled job: forget which mails left long ago, once the notices in them are forgotten too."""
    session.execute(delete(Mailing).where(Mailing.queued_at < now - timedelta(days=400)))


def _with_news(session: Session) -> Sequence[Recipient]:
    """Some recipients of new notices, held until the transaction ends; those held elsewhere are passed over."""
    waits = exists().where(Delivery.recipient_id == Recipient.id, Delivery.state == "new")
    return session.scalars(
        select(Recipient)
        .where(waits, Recipient.email.is_not(None))
        .limit(room_for_mail(session))
        .with_for_update(key_share=True, skip_locked=True)
    ).all()


def _send_new(session: Session, recipient: Recipient, post: Post, now: datetime) -> None:
    notices = session.scalars(
        select(Notice)
        .join(Delivery, Delivery.notice_id == Notice.id)
        .where(Delivery.recipient_id == recipient.id, Delivery.state == "new")
        .order_by(Notice.id)
    ).all()
    levels, sent = levels_of(session, recipient.id), _sent_since(session, recipient.id, now - _HOUR)
    following = {notice.id: next_of(levels[notice.kind], sent) for notice in notices}
    drop_deliveries(session, [notice for notice in notices if following[notice.id] == "drop"])
    session.execute(
        update(Delivery)
        .where(
            Delivery.notice_id.in_([notice_id for notice_id, then in following.items() if then == "digest"])
        )
        .values(state="digest")
    )
    to_send = [notice for notice in notices if following[notice.id] == "send"]
    if to_send:
        mail_notices(session, recipient, to_send, post, now)


def _sent_since(session: Session, recipient_id: UUID, moment: datetime) -> int:
    mailed = (Mailing.recipient_id == recipient_id, Mailing.queued_at > moment)
    return session.scalars(select(func.count()).select_from(Mailing).where(*mailed)).one()


def _withdraw_but(session: Session, recipient_id: UUID, wanted: ColumnElement[bool]) -> None:
    """Take back the queued mails of a recipient in which no notice is `wanted`, an SQL condition on notices."""
    still_wanted = (
        select(Delivery.mailing_id)
        .join(Notice, Notice.id == Delivery.notice_id)
        .where(Delivery.mailing_id == Mailing.id, wanted)
    )
    queued = text("EXISTS (SELECT 1 FROM mail WHERE mail.id = mailing.id)")
    withdraw_mail(
        session,
        session.scalars(
            select(Mailing.id).where(Mailing.recipient_id == recipient_id, queued, ~still_wanted.exists())
        ).all(),
    )
