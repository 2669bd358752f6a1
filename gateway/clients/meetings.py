"""What the pages ask of an operator about the meetings and debates of its défis, one function a question.

Each raises `ServiceProblem`. What a meeting holds is in `services/defis/README.md`.
"""

from __future__ import annotations

from typing import cast
from uuid import UUID

from gateway.clients.operators import call, get
from gateway.services import Json, ServiceProblem

MOST = 100
"""Meetings or people in one answer: nearly always all of them."""


def meetings(operator: str, defi_id: UUID, cursor: str | None = None) -> Json:
    """One page of a défi's meetings, the latest first."""
    return get(operator, f"/defis/{defi_id}/meetings", limit=MOST, cursor=cursor)


def meeting(operator: str, defi_id: UUID, meeting_id: UUID) -> Json:
    """One meeting as the reader sees it."""
    return get(operator, _path(defi_id, meeting_id))


def schedule(operator: str, defi_id: UUID, fields: Json) -> Json:
    """Announce a meeting; the défi's people are told."""
    return cast(Json, call(operator, "POST", f"/defis/{defi_id}/meetings", json=fields))


def change(operator: str, defi_id: UUID, meeting_id: UUID, fields: Json) -> None:
    """Change a meeting to come; who comes is told of another date or place."""
    call(operator, "PATCH", _path(defi_id, meeting_id), json=fields)


def cancel(operator: str, defi_id: UUID, meeting_id: UUID, reason: str | None) -> None:
    """Cancel it; who would have come is told."""
    call(operator, "POST", _path(defi_id, meeting_id, "/cancellation"), json={"reason": reason})


def report(operator: str, defi_id: UUID, meeting_id: UUID, told: Json) -> None:
    """Say how it went: `{minutes, attendance}`; again, to correct it."""
    call(operator, "PUT", _path(defi_id, meeting_id, "/report"), json=told)


def my_place(operator: str, defi_id: UUID, meeting_id: UUID) -> Json | None:
    """The reader's place, or rank among those who wait; None for who has none."""
    try:
        return get(operator, _path(defi_id, meeting_id, "/registration"))
    except ServiceProblem as problem:
        if problem.code != "registration.none":
            raise
        return None


def register(operator: str, defi_id: UUID, meeting_id: UUID, name: str | None) -> Json:
    """Take a place, or the next one on the waiting list."""
    return cast(Json, call(operator, "PUT", _path(defi_id, meeting_id, "/registration"), json={"name": name}))


def leave(operator: str, defi_id: UUID, meeting_id: UUID) -> None:
    """Give one's place back; the first who waits gets it."""
    call(operator, "DELETE", _path(defi_id, meeting_id, "/registration"))


def registrations(operator: str, defi_id: UUID, meeting_id: UUID, cursor: str | None = None) -> Json:
    """One page of who comes and who waits, in the order they asked, for the core group."""
    return get(operator, _path(defi_id, meeting_id, "/registrations"), limit=MOST, cursor=cursor)


def arguments(operator: str, defi_id: UUID, meeting_id: UUID, cursor: str | None = None) -> Json:
    """One page of a debate's arguments, of both sides, oldest first."""
    return get(operator, _path(defi_id, meeting_id, "/arguments"), limit=MOST, cursor=cursor)


def argue(operator: str, defi_id: UUID, meeting_id: UUID, argument: Json) -> None:
    """Give an argument: `{side, text}`."""
    call(operator, "POST", _path(defi_id, meeting_id, "/arguments"), json=argument)


def remove_argument(operator: str, defi_id: UUID, meeting_id: UUID, argument_id: UUID) -> None:
    """Remove an argument: one's own, or as the core group or who accompanies the défi."""
    call(operator, "DELETE", _path(defi_id, meeting_id, f"/arguments/{argument_id}"))


def _path(defi_id: UUID, meeting_id: UUID, below: str = "") -> str:
    return f"/defis/{defi_id}/meetings/{meeting_id}{below}"
