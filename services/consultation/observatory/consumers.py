"""What the observatory hears of every operator: défis published, passing a gate, ending, joined and offered help."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from libs.chassis.inbox import Consumer, Drop, envelope_in_hand
from libs.contracts.defis import DefiClosed, DefiPublished, MemberJoined, PledgeOffered, StageChanged
from services.consultation.observatory.commands import Standing, keep, keep_count
from services.consultation.observatory.rules import JOINED, MOST_TIMES, OFFERED, ORIGINS, OUTCOMES, STAGES


def keep_published(session: Session, event: DefiPublished) -> None:
    """A défi begins. What it came from is told here only."""
    _check(event.stage, STAGES)
    _check(event.origin_kind, ORIGINS)
    envelope = envelope_in_hand(session)
    origin = {
        "published_at": envelope.time,
        "origin_kind": event.origin_kind,
        "origin_owner": event.origin_owner,
        "origin_id": event.origin_id,
    }
    keep(session, envelope, event.defi_id, _standing(event, event.stage), origin)


def keep_stage(session: Session, event: StageChanged) -> None:
    """A défi passed a gate."""
    _check(event.to_stage, STAGES)
    keep(session, envelope_in_hand(session), event.defi_id, _standing(event, event.to_stage), {})


def keep_closed(session: Session, event: DefiClosed) -> None:
    """A défi came to its end, which is final."""
    _check(event.stage, STAGES)
    _check(event.outcome, OUTCOMES)
    envelope = envelope_in_hand(session)
    keep(session, envelope, event.defi_id, _standing(event, event.stage), {"outcome": event.outcome})


def keep_joined(session: Session, event: MemberJoined) -> None:
    """Somebody joined a défi."""
    _keep_count(session, event.defi_id, JOINED, event.joined)


def keep_offered(session: Session, event: PledgeOffered) -> None:
    """Somebody offered a défi help."""
    _keep_count(session, event.defi_id, OFFERED, event.offered)


def _keep_count(session: Session, defi_id: UUID, what: str, times: int | None) -> None:
    if times is None:
        raise Drop("its publisher does not count yet")
    if not 0 < times <= MOST_TIMES:
        raise Drop("no such count")
    keep_count(session, envelope_in_hand(session), defi_id, what, times)


def _standing(event: DefiPublished | StageChanged | DefiClosed, stage: str) -> Standing:
    return Standing(stage=stage, commune=event.commune, kind=event.kind, themes=event.themes)


def _check(code: str, known: tuple[str, ...]) -> None:
    if code not in known:
        raise Drop(f"not one of {', '.join(known)}")


CONSUMERS = (
    Consumer(
        name="observe-published", event=DefiPublished, handle=keep_published, owner="*", projection=True
    ),
    Consumer(name="observe-stage", event=StageChanged, handle=keep_stage, owner="*", projection=True),
    Consumer(name="observe-closed", event=DefiClosed, handle=keep_closed, owner="*", projection=True),
    Consumer(name="observe-joined", event=MemberJoined, handle=keep_joined, owner="*", projection=True),
    Consumer(name="observe-offered", event=PledgeOffered, handle=keep_offered, owner="*", projection=True),
)
