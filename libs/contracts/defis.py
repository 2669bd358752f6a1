"""What an operator's défi service tells the others. No event here names a person or carries a text that one wrote.

A title or a place is fetched where it is shown, with the défi's id, from the operator that published the fact.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from libs.contracts.event import Audience, Event, described, event

_COMMUNE = "INSEE code of the commune."
_KIND = "Kind of territory: `rural`, `pavillonnaire`, `petite_ville` or `metropole`; null where nobody said."
_THEMES = "Codes of the published list of themes; a theme in people's own words is `other`."
_STAGE = "`informaction`, `creaction` or `activaction`."


@event("defis.published", version=1, audience=Audience.PUBLIC, subject="defi_id")
@dataclass(frozen=True, kw_only=True)
class DefiPublished(Event):
    """A défi was accepted by the operator: everybody can read it and join it."""

    defi_id: UUID = described("The défi.")
    stage: str = described(f"The stage it entered at: {_STAGE}")
    commune: str = described(_COMMUNE)
    kind: str | None = described(_KIND)
    themes: list[str] = described(_THEMES)
    origin_kind: str = described("Where it came from: `none`, `proposal`, `action` or `defi`.")
    origin_owner: str | None = described("Whose service holds what it came from.", default=None)
    origin_id: UUID | None = described("What it came from, at that owner's.", default=None)


@event("defis.stage_changed", version=1, audience=Audience.PUBLIC, subject="defi_id")
@dataclass(frozen=True, kw_only=True)
class StageChanged(Event):
    """A gate was confirmed: the défi passed from one stage to the next."""

    defi_id: UUID = described("The défi.")
    from_stage: str = described(f"The stage it leaves: {_STAGE}")
    to_stage: str = described(f"The stage it enters: {_STAGE}")
    commune: str = described(_COMMUNE)
    kind: str | None = described(_KIND)
    themes: list[str] = described(_THEMES)


@event("defis.meeting_scheduled", version=1, audience=Audience.PUBLIC, subject="defi_id")
@dataclass(frozen=True, kw_only=True)
class MeetingScheduled(Event):
    """A défi gave a date that everybody may come to."""

    defi_id: UUID = described("The défi.")
    meeting_id: UUID = described("The meeting.")
    kind: str = described("What for: `debate`, `gathering`, `working_session` or `presentation`.")
    starts_at: datetime = described("When it begins.")
    commune: str = described(_COMMUNE)


@event("defis.pledge_offered", version=1, audience=Audience.COALITION, subject="defi_id")
@dataclass(frozen=True, kw_only=True)
class PledgeOffered(Event):
    """Somebody offered time, a skill, material, a place or money to a défi."""

    defi_id: UUID = described("The défi.")
    kind: str = described("What is offered: `time`, `skill`, `material`, `place` or `money`.")
    committed: int = described("How many people are committed to the défi now.")
    offered: int | None = described(
        "How many offers it has had so far, whatever became of them; null where its publisher does not count.",
        default=None,
    )


@event("defis.member_joined", version=1, audience=Audience.COALITION, subject="defi_id")
@dataclass(frozen=True, kw_only=True)
class MemberJoined(Event):
    """Somebody joined a défi."""

    defi_id: UUID = described("The défi.")
    role: str = described("`member` or `core`.")
    members: int = described("How many members it has now, its porteur and core group included.")
    joined: int | None = described(
        "How often somebody has joined it so far, who left since or came back too; null where its publisher does not "
        "count.",
        default=None,
    )


@event("defis.closed", version=1, audience=Audience.PUBLIC, subject="defi_id")
@dataclass(frozen=True, kw_only=True)
class DefiClosed(Event):
    """A défi came to its end."""

    defi_id: UUID = described("The défi.")
    outcome: str = described("`completed`, `abandoned` or `archived`.")
    stage: str = described(f"The stage it had reached: {_STAGE}")
    commune: str = described(_COMMUNE)
    kind: str | None = described(_KIND)
    themes: list[str] = described(_THEMES)
