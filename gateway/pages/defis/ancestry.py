"""What a défi came from, and what came from it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import url_for

from gateway.clients import actions, consultation, defis
from gateway.services import Json, ServiceProblem


@dataclass(frozen=True, slots=True)
class Origin:
    """What a défi came from. `text` is what it says or is called, in one or several languages; None if unknown."""

    kind: str
    text: dict[str, str] | str | None
    url: str | None
    language: str = "fr"


def origin_of(defi: Json) -> Origin | None:
    """Where it came from; None for nothing. What cannot be read now is still named."""
    named = defi["origin"]
    if named["kind"] == "none":
        return None
    return found_origin(named["kind"], named["owner"], named["id"])


def found_origin(kind: str, owner: str, origin_id: str) -> Origin:
    """The proposal, action or défi of that id, asked of who holds it."""
    try:
        return _READERS[kind](owner, origin_id)
    except ServiceProblem:
        return Origin(kind, None, None)


def descendants_of(defi: Json) -> list[Json]:
    """The défis of the same operator that replicate a completed one; no other can be replicated."""
    if defi["state"] != "completed":
        return []
    return list(defis.defis(defi["operator"], origin=defi["id"])["items"])


def _proposal(_owner: str, proposal_id: str) -> Origin:
    found = consultation.proposal(proposal_id)
    url = url_for("voting.card", slug=found["consultation"], proposal_id=proposal_id)
    return Origin("proposal", found["text"], url, found["language"])


def _action(_owner: str, action_id: str) -> Origin:
    return Origin("action", actions.action(UUID(action_id))["title"], f"/actions/{action_id}")


def _defi(owner: str, defi_id: str) -> Origin:
    url = url_for("defis.show", operator=owner, defi_id=defi_id)
    return Origin("defi", defis.defi(owner, defi_id)["title"], url)


_READERS = {"proposal": _proposal, "action": _action, "defi": _defi}
