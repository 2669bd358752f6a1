"""Who is given a role, or loses one, is told; moderators are told when proposals wait for them."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from libs.chassis.erasure import is_erased
from libs.chassis.inbox import Consumer, Drop, Retry, envelope_in_hand, erase_subject
from libs.contracts.consultation import ProposalSubmitted
from libs.contracts.identity import RoleGranted, RoleRevoked
from services.notifications.inbox.commands import News, receive
from services.notifications.inbox.consumers import WORTH_TELLING, recipient_meant
from services.notifications.roles.commands import begin_telling, keep_moderation
from services.notifications.roles.queries import WAITING, moderators_untold, slug_of
from services.notifications.roles.rules import (
    ACCOUNT,
    desk_of,
    facts_of,
    moderates,
    page_of,
    scopes_over,
    start_of_day,
)
from services.notifications.wording import PARIS


def keep_moderator(session: Session, event: RoleGranted) -> None:
    """Know what the person moderates from now on, if the role is of that sort."""
    _keep(session, event, holds=True)


def end_moderator(session: Session, event: RoleRevoked) -> None:
    """Know that the person no longer moderates that."""
    _keep(session, event, holds=False)


def tell_of_grant(session: Session, event: RoleGranted) -> None:
    """Tell the person of the role, and where they exercise it."""
    _tell(session, event, "account.role_granted", page_of(event.role))


def tell_of_revocation(session: Session, event: RoleRevoked) -> None:
    """Tell the person that they no longer hold the role."""
    _tell(session, event, "account.role_revoked", ACCOUNT)


def tell_of_waiting(session: Session, event: ProposalSubmitted) -> None:
    """Tell the moderators of the consultation that proposals wait, unless a notice of today or not read yet says so.

    Of a crowd's proposals all but the first find everybody told, which takes no lock. Who would tell while somebody
    else does tries again later, and finds it done.
    """
    envelope, now = envelope_in_hand(session), datetime.now(UTC)
    if now - envelope.time > WORTH_TELLING:
        raise Drop("older than thirty days")
    path = desk_of(event.slug or slug_of(session, event.consultation_id))
    asked = (scopes_over(event.cause_id), path, start_of_day(now, PARIS))
    if not moderators_untold(session, *asked):
        return
    if not begin_telling(session, event.consultation_id):
        raise Retry("the moderators of that consultation are being told")
    news = News(kind=WAITING, path=path, happened_at=envelope.time)
    receive(session, dict.fromkeys(moderators_untold(session, *asked)), news, now)


def _keep(session: Session, event: RoleGranted | RoleRevoked, *, holds: bool) -> None:
    if is_erased(session, event.person_id):
        _empty(session)
    elif moderates(event.role, event.scope):
        keep_moderation(session, envelope_in_hand(session), event.person_id, event.scope, holds=holds)


def _tell(session: Session, event: RoleGranted | RoleRevoked, kind: str, path: str) -> None:
    if is_erased(session, event.person_id):
        _empty(session)
        return
    recipient = recipient_meant(session, event.person_id)
    facts = facts_of(event.role, event.scope)
    news = News(kind=kind, path=path, facts=facts, happened_at=envelope_in_hand(session).time)
    receive(session, {recipient.id: None}, news, datetime.now(UTC))


def _empty(session: Session) -> None:
    """Keep nothing of an event that came too late: it is about somebody who was erased."""
    envelope = envelope_in_hand(session)
    erase_subject(session, envelope.source, envelope.subject)


consumers = (
    Consumer(name="keep-moderators", event=RoleGranted, handle=keep_moderator, projection=True),
    Consumer(name="end-moderators", event=RoleRevoked, handle=end_moderator, projection=True),
    Consumer(name="tell-of-roles-given", event=RoleGranted, handle=tell_of_grant),
    Consumer(name="tell-of-roles-ended", event=RoleRevoked, handle=tell_of_revocation),
    Consumer(name="tell-of-waiting-proposals", event=ProposalSubmitted, handle=tell_of_waiting),
)
