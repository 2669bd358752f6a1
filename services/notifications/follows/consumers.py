"""Public facts: they make things known that can be followed, and they are told to those who follow them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from libs.chassis.inbox import Consumer, Drop, envelope_in_hand
from libs.contracts.consultation import (
    ActionMeasured,
    ConsultationClosed,
    ConsultationOpened,
    ProposalAccepted,
    ResultsPublished,
)
from libs.contracts.defis import DefiClosed, DefiPublished, MeetingScheduled, StageChanged
from services.notifications.follows.commands import keep_topic
from services.notifications.follows.queries import followers_of, proposals_of
from services.notifications.follows.rules import Reference, TopicKind, page_of, read_references
from services.notifications.inbox.commands import News, receive
from services.notifications.inbox.consumers import WORTH_TELLING
from services.notifications.inbox.queries import told_since
from services.notifications.kinds.rules import path_of

TOLD_AGAIN_AFTER = timedelta(days=1)
"""How long nobody is told again of the same action."""

DefiFact = DefiPublished | StageChanged | MeetingScheduled | DefiClosed


def keep_defi(session: Session, event: DefiPublished) -> None:
    """The défi can be followed."""
    owner = envelope_in_hand(session).owner
    keep_topic(session, _defi(event), owner, parent_key=event.commune)


def keep_consultation(session: Session, event: ConsultationOpened) -> None:
    """Know the address of the consultation."""
    topic = Reference(TopicKind.CONSULTATION, str(event.consultation_id))
    keep_topic(session, topic, envelope_in_hand(session).owner, slug=event.slug)


def keep_proposal(session: Session, event: ProposalAccepted) -> None:
    """The proposal can be followed."""
    topic = Reference(TopicKind.PROPOSAL, str(event.proposal_id))
    owner = envelope_in_hand(session).owner
    keep_topic(session, topic, owner, parent_key=str(event.consultation_id))


def tell_of_defi(session: Session, event: DefiPublished) -> None:
    """A défi starts: those who follow the commune are told."""
    _tell_around_defi(session, event, "followed.defi_published", {"stage": event.stage})


def tell_of_stage(session: Session, event: StageChanged) -> None:
    """A défi passed a stage: those who follow it, or the commune, are told."""
    _tell_around_defi(session, event, "followed.stage_changed", {"stage": event.to_stage})


def tell_of_meeting(session: Session, event: MeetingScheduled) -> None:
    """A défi gave a date: those who follow it, or the commune, are told, unless it has passed."""
    if event.starts_at <= datetime.now(UTC):
        raise Drop("the meeting has begun")
    facts = {"starts_at": event.starts_at.isoformat(), "kind": event.kind}
    _tell_around_defi(session, event, "followed.meeting_scheduled", facts)


def tell_of_end(session: Session, event: DefiClosed) -> None:
    """A défi ended: those who follow it, or the commune, are told. Going to the archive afterwards is no news."""
    if event.outcome == "archived":
        raise Drop("its end was told")
    _tell_around_defi(session, event, "followed.defi_closed", {"outcome": event.outcome})


def tell_of_opening(session: Session, event: ConsultationOpened) -> None:
    """A consultation opened: those who follow it are told."""
    topic = Reference(TopicKind.CONSULTATION, str(event.consultation_id))
    facts = {"closes_at": event.closes_at.isoformat()}
    _tell(session, [topic], "followed.consultation_opened", page_of(topic, slug=event.slug), facts)


def tell_of_closing(session: Session, event: ConsultationClosed) -> None:
    """A consultation closed: those who follow it, or one of its proposals, are told once."""
    topic = Reference(TopicKind.CONSULTATION, str(event.consultation_id))
    topics = [topic, *proposals_of(session, event.consultation_id)]
    path = f"/consultations/{event.slug}/results"
    _tell(session, topics, "followed.consultation_closed", path, {})


def tell_of_results(session: Session, event: ResultsPublished) -> None:
    """Results of a consultation are public: those who follow it, or one of its proposals, are told once."""
    topic = Reference(TopicKind.CONSULTATION, str(event.consultation_id))
    topics = [topic, *proposals_of(session, event.consultation_id)]
    version = "corrected" if event.corrects else "final" if event.final else "provisional"
    path = f"/consultations/{event.slug}/results"
    _tell(session, topics, "followed.results_published", path, {"version": version})


def tell_of_measure(session: Session, event: ActionMeasured) -> None:
    """An action was measured: those who follow a proposal that it comes from, or its consultation, are told.

    Its indicators and kinds of territory each have a figure, which are often written down one after the other: a
    follower is told of one action once in `TOLD_AGAIN_AFTER`, and of corrections as often, apart.
    """
    topics = [
        *read_references(TopicKind.PROPOSAL, event.proposals or ()),
        *read_references(TopicKind.CONSULTATION, event.consultations or ()),
    ]
    path = path_of(envelope_in_hand(session).owner, f"action:{event.action_id}")
    facts = {"measure": "corrected"} if event.corrects else {}
    _tell(session, topics, "followed.action_measured", path, facts, again_after=TOLD_AGAIN_AFTER)


def _tell_around_defi(session: Session, event: DefiFact, kind: str, facts: Mapping[str, Any]) -> None:
    defi = _defi(event)
    path = page_of(defi, owner=envelope_in_hand(session).owner)
    _tell(session, [defi, Reference(TopicKind.COMMUNE, event.commune)], kind, path, facts)


def _tell(
    session: Session,
    topics: Sequence[Reference],
    kind: str,
    path: str,
    facts: Mapping[str, Any],
    *,
    again_after: timedelta | None = None,
) -> None:
    """Keep a notice for everybody who follows any of `topics`, one each; not for who was told the same lately."""
    happened_at, now = envelope_in_hand(session).time, datetime.now(UTC)
    if now - happened_at > WORTH_TELLING:
        raise Drop("older than thirty days")
    news = News(kind=kind, path=path, facts=facts, happened_at=happened_at)
    followers = followers_of(session, topics)
    if followers and again_after is not None:
        told = told_since(session, now - again_after, kind=kind, path=path, facts=facts)
        followers = {recipient: follow for recipient, follow in followers.items() if recipient not in told}
    receive(session, followers, news, now)


def _defi(event: DefiFact) -> Reference:
    return Reference(TopicKind.DEFI, str(event.defi_id))


consumers = (
    Consumer(name="keep-defis", event=DefiPublished, handle=keep_defi, owner="*", projection=True),
    Consumer(name="keep-consultations", event=ConsultationOpened, handle=keep_consultation, projection=True),
    Consumer(name="keep-proposals", event=ProposalAccepted, handle=keep_proposal, projection=True),
    Consumer(name="tell-of-defis", event=DefiPublished, handle=tell_of_defi, owner="*"),
    Consumer(name="tell-of-stages", event=StageChanged, handle=tell_of_stage, owner="*"),
    Consumer(name="tell-of-meetings", event=MeetingScheduled, handle=tell_of_meeting, owner="*"),
    Consumer(name="tell-of-ends", event=DefiClosed, handle=tell_of_end, owner="*"),
    Consumer(name="tell-of-openings", event=ConsultationOpened, handle=tell_of_opening),
    Consumer(name="tell-of-closings", event=ConsultationClosed, handle=tell_of_closing),
    Consumer(name="tell-of-results", event=ResultsPublished, handle=tell_of_results),
    Consumer(name="tell-of-measures", event=ActionMeasured, handle=tell_of_measure),
)
