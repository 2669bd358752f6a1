"""Having a person erased, by every service of every owner that knows them, and declaring that it is done.

Identity asks each owner apart, by the id under which that owner knows the person and a number drawn for that owner
alone, so that nobody can tell from two askings that they are of one person. A service answers under that number and
names nobody. Neither is kept in the journal nor replayed; a service empties the asking it stored, once it acted on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from libs.contracts.event import Audience, Event, described, event

_ERASURE = "The number of the asking, drawn for one owner."
_ERASED = "How many rows were removed or made anonymous, by a code of what they were."


@event("identity.erasure_requested", version=1, audience=Audience.OPERATOR, subject="erasure_id")
@dataclass(frozen=True, kw_only=True)
class ErasureRequested(Event):
    """A person had their account erased: whatever the services of `owner` hold of them is to go within a month."""

    erasure_id: UUID = described(_ERASURE)
    owner: str = described("Whose services are asked, e.g. `op1`; to all others this says nothing.")
    pairwise_id: UUID = described("The id under which that owner knows the person.")


@event("consultation.erasure_declared", version=1, audience=Audience.COALITION, subject="erasure_id")
@dataclass(frozen=True, kw_only=True)
class ConsultationErasureDeclared(Event):
    """The consultation service holds nothing any more of whoever an asking was about."""

    erasure_id: UUID = described(_ERASURE)
    erased: dict[str, Any] = described(_ERASED)


@event("defis.erasure_declared", version=1, audience=Audience.COALITION, subject="erasure_id")
@dataclass(frozen=True, kw_only=True)
class DefisErasureDeclared(Event):
    """An operator's défi service holds nothing any more of whoever an asking was about."""

    erasure_id: UUID = described(_ERASURE)
    erased: dict[str, Any] = described(_ERASED)


@event("notifications.erasure_declared", version=1, audience=Audience.COALITION, subject="erasure_id")
@dataclass(frozen=True, kw_only=True)
class NotificationsErasureDeclared(Event):
    """The notifications service holds nothing any more of whoever an asking was about."""

    erasure_id: UUID = described(_ERASURE)
    erased: dict[str, Any] = described(_ERASED)


ErasureDeclared = ConsultationErasureDeclared | DefisErasureDeclared | NotificationsErasureDeclared
