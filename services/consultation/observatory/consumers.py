"""What the observatory hears: défis published, passing a gate, coming to an end; of every operator."""

from __future__ import annotations

from sqlalchemy.orm import Session

from libs.chassis.inbox import Consumer, Drop, envelope_in_hand
from libs.contracts.defis import DefiClosed, DefiPublished, StageChanged
from services.consultation.observatory.commands import Standing, keep
from services.consultation.observatory.rules import ORIGINS, OUTCOMES, STAGES


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
)
