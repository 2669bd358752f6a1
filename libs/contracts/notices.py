"""What a service has to say to one person, carried out by notifications.

These travel apart from the facts: each names its recipient by the id under which the owner that publishes it knows the
person, and nobody else reads it. They are never kept in the journal nor replayed, and one that is older than thirty
days is worth nothing. They say what happened and where to look, never what anyone thinks: no vote, no side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from libs.contracts.event import Audience, Event, described, event


@event("defis.person_notified", version=1, audience=Audience.OPERATOR, subject="recipient")
@dataclass(frozen=True, kw_only=True)
class DefisNotice(Event):
    """Something happened in a défi that one person is to know: a gate refused, a pledge accepted, a place freed."""

    recipient: UUID = described("The id under which the operator that publishes this knows the person.")
    kind: str = described(
        "What happened, e.g. `defi.gate_refused`; a code, listed by `services/notifications`."
    )
    reference: str = described("The object it is about, e.g. `defi:<id>`.")
    title: str = described("The object's public title; may be empty.")
    facts: dict[str, Any] = described("What else the sentence needs: short codes, counts and times, by name.")


@event("consultation.person_notified", version=1, audience=Audience.SERVICE, subject="recipient")
@dataclass(frozen=True, kw_only=True)
class ConsultationNotice(Event):
    """Something happened in a consultation that one person is to know, e.g. what became of their proposal."""

    recipient: UUID = described("The coalition's pairwise id of the person.")
    kind: str = described(
        "What happened, e.g. `proposal.refused`; a code, listed by `services/notifications`."
    )
    reference: str = described("The object it is about, e.g. `proposal:<id>`.")
    title: str = described("The object's public title or text; may be empty.")
    facts: dict[str, Any] = described("What else the sentence needs: short codes, counts and times, by name.")
