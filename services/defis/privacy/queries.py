"""What is held of a person, for them to read and take away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import DeclarativeBase, Session

from services.defis.challenges.models import Defi
from services.defis.core_groups.models import Invitation, Member
from services.defis.debates.models import Argument
from services.defis.gates.models import Gate
from services.defis.meetings.models import Registration
from services.defis.pledges.models import Pledge
from services.defis.standing import Role
from services.defis.timeline.models import Actor, Entry

_Held = tuple[type[DeclarativeBase], str, tuple[str, ...]]

_HELD: Final[Mapping[str, _Held]] = {
    "memberships": (
        Member,
        "subject",
        ("defi_id", "role", "state", "name", "contact", "message", "asked_at", "joined_at"),
    ),
    "invitations_made": (Invitation, "invited_by", ("defi_id", "role", "invited_at", "answer")),
    "registrations": (Registration, "subject", ("meeting_id", "state", "name", "asked_at")),
    "arguments": (Argument, "author", ("meeting_id", "side", "text", "written_at")),
    "pledges": (
        Pledge,
        "subject",
        (
            "defi_id", "kind", "description", "amount_cents", "hours", "name", "contact", "state", "offered_at",
        ),
    ),
    "gates_asked": (Gate, "asked_by", ("defi_id", "stage", "evidence", "appeal", "asked_at")),
    "gates_decided": (Gate, "decided_by", ("defi_id", "stage", "reasons", "note", "decided_at")),
    "appeals_decided": (Gate, "appeal_decided_by", ("defi_id", "stage", "appeal_note", "appeal_decided_at")),
}  # fmt: skip
"""Where a person's id stands, and what stands beside it. The erasure (`commands.py`) goes through the same tables."""


_WORDS_OF_A_DEFI: Final = (
    "id", "title", "problem", "beneficiaries", "entry_evidence", "commune_code", "state", "created_at",
)  # fmt: skip


def held_of(session: Session, subject: UUID) -> dict[str, list[dict[str, Any]]]:
    """Everything held of `subject`, by kind: rows as objects, nobody else in them."""
    held = {
        name: _rows(session, model, getattr(model, column) == subject, shown)
        for name, (model, column, shown) in _HELD.items()
    }
    carried = select(Member.defi_id).where(Member.subject == subject, Member.role == Role.PORTEUR)
    held["defis"] = _rows(session, Defi, Defi.id.in_(carried), _WORDS_OF_A_DEFI)
    actor = select(Actor.id).where(Actor.subject == subject).scalar_subquery()
    held["timeline"] = _rows(session, Entry, Entry.actor == actor, ("defi_id", "at", "kind", "reason"))
    return held


def _rows(
    session: Session, model: type[DeclarativeBase], condition: ColumnElement[bool], shown: tuple[str, ...]
) -> list[dict[str, Any]]:
    columns = [getattr(model, name) for name in shown]
    return [dict(zip(shown, row, strict=True)) for row in session.execute(select(*columns).where(condition))]
