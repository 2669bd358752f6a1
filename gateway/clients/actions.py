"""What the pages ask about actions: of consultation, and of the operators whose défis carry them out.

Each raises `ServiceProblem`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast
from uuid import UUID

from gateway.clients import operators
from gateway.clients.causes import call, get, items
from gateway.clients.identity import services
from gateway.services import Json, ServiceProblem


@dataclass(frozen=True, slots=True)
class Carried:
    """What one operator's défis do for an action: `count` by the observatory, `defis` as the operator shows them.

    `defis` is None where the operator does not answer.
    """

    operator: str
    count: int
    defis: list[Json] | None


def actions(cursor: str | None = None) -> Json:
    """One page of the actions of all causes, the newest first."""
    return get("/actions", cursor=cursor)


def actions_of(slug: str) -> list[Json]:
    """The actions of a cause, the newest first."""
    return items(f"/causes/{slug}/actions")


def actions_from(workshop_id: UUID) -> list[Json]:
    """The actions that came out of a workshop."""
    return items("/actions", workshop=str(workshop_id))


def action(action_id: UUID) -> Json:
    """One action, with milestones, indicators and latest figures."""
    return get(f"/actions/{action_id}")


def measures(action_id: UUID, cursor: str | None = None) -> Json:
    """One page of the measures of all its indicators, corrected ones too, the latest written first."""
    return get(f"/actions/{action_id}/measures", cursor=cursor, limit=100)


def carried(action: Json) -> list[Carried]:
    """The défis that carry an action out: one call to each operator that has any."""
    return [
        Carried(one["operator"], one["defis"], _defis(one["operator"], action["id"]))
        for one in action["carried_by"]
    ]


def create(slug: str, fields: Json) -> Json:
    """Set up an action with its owner and its measurer."""
    return cast(Json, call("POST", f"/causes/{slug}/actions", json=fields))


def adopt(action_id: UUID, bodies: Json) -> None:
    """Make a draft an action that somebody answers for."""
    call("PUT", f"/actions/{action_id}/bodies", json=bodies)


def move(action_id: UUID, status: str) -> None:
    """Say that an action is under way, done or abandoned."""
    call("PUT", f"/actions/{action_id}/status", json={"status": status})


def add_milestone(action_id: UUID, fields: Json) -> None:
    """Give an action something to reach by a day."""
    call("POST", f"/actions/{action_id}/milestones", json=fields)


def reach_milestone(milestone_id: UUID, reached_on: str | None) -> None:
    """Say on which day a milestone was reached; None if it was not after all."""
    call("PUT", f"/milestones/{milestone_id}", json={"reached_on": reached_on})


def add_indicator(action_id: UUID, fields: Json) -> None:
    """Give an action something to be measured by."""
    call("POST", f"/actions/{action_id}/indicators", json=fields)


def measure(indicator_id: UUID, fields: Json) -> Json:
    """Write a measure down, or a correction of one."""
    return cast(Json, call("POST", f"/indicators/{indicator_id}/measures", json=fields))


def organisations() -> list[Json]:
    """The organisations of the coalition, by name."""
    answer = services().call("GET", "/api/identity/v1/organisations", params={"limit": 100})
    return cast("list[Json]", answer["items"])


def _defis(operator: str, action_id: str) -> list[Json] | None:
    try:
        return cast("list[Json]", operators.get(operator, "/defis", origin=action_id)["items"])
    except ServiceProblem:
        return None  # The count stands, the page says that the operator does not answer.
