"""What the consultation service tells the others. Individual votes are never told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from libs.contracts.event import Audience, Event, described, event


@event("consultation.opened", version=1, audience=Audience.PUBLIC, subject="consultation_id")
@dataclass(frozen=True, kw_only=True)
class ConsultationOpened(Event):
    """A consultation's opening time has come: it takes votes, and proposals if it is meant to."""

    consultation_id: UUID = described("The consultation.")
    cause_id: UUID = described("The cause it belongs to.")
    slug: str = described("Its short name in addresses.")
    closes_at: datetime = described("When it will close.")


@event("consultation.closed", version=1, audience=Audience.PUBLIC, subject="consultation_id")
@dataclass(frozen=True, kw_only=True)
class ConsultationClosed(Event):
    """A consultation's closing time has come: it takes nothing any more."""

    consultation_id: UUID = described("The consultation.")
    cause_id: UUID = described("The cause it belongs to.")
    slug: str = described("Its short name in addresses.")


@event("consultation.proposal_submitted", version=1, audience=Audience.COALITION, subject="proposal_id")
@dataclass(frozen=True, kw_only=True)
class ProposalSubmitted(Event):
    """Somebody made a proposal, which now waits for a moderator."""

    proposal_id: UUID = described("The proposal.")
    consultation_id: UUID = described("The consultation it answers.")
    language: str = described("The language it is written in.")
    cause_id: UUID | None = described(
        "The cause the consultation belongs to; null where it has none, or from a publisher that does not say.",
        default=None,
    )
    slug: str | None = described("The consultation's short name in addresses.", default=None)


@event("consultation.proposal_accepted", version=1, audience=Audience.PUBLIC, subject="proposal_id")
@dataclass(frozen=True, kw_only=True)
class ProposalAccepted(Event):
    """A moderator accepted a proposal: everybody can read it and vote on it."""

    proposal_id: UUID = described("The proposal.")
    consultation_id: UUID = described("The consultation it answers.")


@event("consultation.proposal_refused", version=1, audience=Audience.COALITION, subject="proposal_id")
@dataclass(frozen=True, kw_only=True)
class ProposalRefused(Event):
    """A moderator refused a proposal, for one of the published reasons."""

    proposal_id: UUID = described("The proposal.")
    consultation_id: UUID = described("The consultation it answered.")
    reason: str = described("The code of the reason, e.g. `already_exists`.")


@event("consultation.proposal_postponed", version=1, audience=Audience.COALITION, subject="proposal_id")
@dataclass(frozen=True, kw_only=True)
class ProposalPostponed(Event):
    """A moderator put a proposal aside, to be decided later."""

    proposal_id: UUID = described("The proposal.")
    consultation_id: UUID = described("The consultation it answers.")


@event("consultation.results_published", version=1, audience=Audience.PUBLIC, subject="consultation_id")
@dataclass(frozen=True, kw_only=True)
class ResultsPublished(Event):
    """A version of a consultation's results is public: its figures are frozen. At the end of its embargo, if any."""

    consultation_id: UUID = described("The consultation.")
    cause_id: UUID = described("The cause it belongs to.")
    slug: str = described("Its short name in addresses.")
    number: int = described("The number of the version, from 1 on.")
    final: bool = described("Whether the consultation was closed when this was counted.")
    corrects: int | None = described("The version that it corrects, which stays readable.", default=None)


@event("consultation.action_measured", version=1, audience=Audience.PUBLIC, subject="action_id")
@dataclass(frozen=True, kw_only=True)
class ActionMeasured(Event):
    """An indicator of an action was measured, by a body other than the action's owner, or a measure was corrected."""

    action_id: UUID = described("The action.")
    cause_id: UUID = described("The cause it belongs to.")
    indicator_id: UUID = described("What was measured.")
    measure_id: UUID = described("The measure.")
    measured_on: str = described("The day the figure is of, as in `2026-11-21`.")
    value: str = described("The figure, a decimal number, in the indicator's unit.")
    kind: str | None = described("The kind of territory it is of; null for all.", default=None)
    corrects: UUID | None = described("The measure that it replaces, which stays readable.", default=None)
    proposals: list[str] | None = described(
        "Ids of the public proposals that the action comes from; null from a publisher that does not say.",
        default=None,
    )
    consultations: list[str] | None = described(
        "Ids of the consultations that these proposals answer.", default=None
    )
