"""What the pages ask of consultation about workshops, one function a question. Each raises `ServiceProblem`."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from gateway.clients.causes import call, get, items
from gateway.services import Json


def workshops_of(slug: str) -> list[Json]:
    """The workshops of a cause, the latest first."""
    return items(f"/causes/{slug}/workshops")


def workshop(workshop_id: UUID) -> Json:
    """One workshop; its online address only for who has a place in it."""
    return get(f"/workshops/{workshop_id}")


def place(workshop_id: UUID) -> Json:
    """The reader's place, or their rank among those who wait."""
    return get(f"/workshops/{workshop_id}/place")


def ask_for_place(workshop_id: UUID) -> Json:
    """Ask for a place, or the next on the waiting list: `{state, rank}`."""
    return cast(Json, call("PUT", f"/workshops/{workshop_id}/place"))


def give_place_back(workshop_id: UUID) -> None:
    """Give the place back to the first who waits."""
    call("DELETE", f"/workshops/{workshop_id}/place")


def convene(slug: str, fields: Json) -> Json:
    """Convene a workshop of a cause on accepted proposals."""
    return cast(Json, call("POST", f"/causes/{slug}/workshops", json=fields))


def resize(workshop_id: UUID, capacity: int | str | None) -> None:
    """Change how many can come; None for everybody."""
    call("PUT", f"/workshops/{workshop_id}/capacity", json={"capacity": capacity})


def cancel(workshop_id: UUID) -> None:
    """Cancel it; whoever has a place or waits for one is told."""
    call("POST", f"/workshops/{workshop_id}/cancellation")


def report(workshop_id: UUID, fields: Json) -> None:
    """Say what came out of it: minutes, attendance and draft actions, public from then on."""
    call("POST", f"/workshops/{workshop_id}/report", json=fields)
