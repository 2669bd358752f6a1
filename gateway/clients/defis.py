"""What the pages ask of an operator about its défis and their people, one function a question.

Each raises `ServiceProblem`. What a défi, a member or a pledge holds is in `services/defis/README.md`.
"""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from gateway.clients.operators import call, get
from gateway.services import Json


def defi(operator: str, defi_id: UUID | str) -> Json:
    """One défi as the reader sees it; a 404 for who may not know of it."""
    return get(operator, f"/defis/{defi_id}")


def overview(operator: str, defi_id: UUID) -> Json:
    """What the page of a défi shows: `{defi, outlook, meetings, timeline}`; a 404 for who may not know of it."""
    return get(operator, f"/defis/{defi_id}/overview")


def defis(operator: str, **filters: Any) -> Json:
    """One page of published défis: by `commune`, `departement`, `theme`, `stage`, `kind`, `state`, `origin`."""
    return get(operator, "/defis", **filters)


def outlook(operator: str, defi_id: UUID) -> Json:
    """What the next stage takes, and the asking that waits for an answer."""
    return get(operator, f"/defis/{defi_id}/gate")


def timeline(operator: str, defi_id: UUID, cursor: str | None = None) -> Json:
    """One page of what happened, newest first: what the reader may know of it."""
    return get(operator, f"/defis/{defi_id}/timeline", cursor=cursor)


def mine(operator: str, cursor: str | None = None) -> Json:
    """One page of the défis in which the reader has or asked for a part, drafts included."""
    return get(operator, "/me/defis", cursor=cursor)


def begin(operator: str, fields: Json) -> Json:
    """Begin a défi: a draft that only the reader sees."""
    return cast(Json, call(operator, "POST", "/defis", json=fields))


def change(operator: str, defi_id: UUID, fields: Json) -> Json:
    """Change what it says."""
    return cast(Json, call(operator, "PATCH", f"/defis/{defi_id}", json=fields))


def delete_draft(operator: str, defi_id: UUID) -> None:
    """Forget a draft."""
    call(operator, "DELETE", f"/defis/{defi_id}")


def submit(operator: str, defi_id: UUID) -> Json:
    """Send a draft to the operator."""
    return cast(Json, call(operator, "POST", f"/defis/{defi_id}/submission"))


def decide(operator: str, defi_id: UUID, decision: Json) -> None:
    """Publish what was submitted, or refuse it: `{decision, reason?, note?, stage?}`."""
    call(operator, "POST", f"/defis/{defi_id}/decision", json=decision)


def move(operator: str, defi_id: UUID, action: str, reason: str | None) -> None:
    """Pause, resume, complete, abandon or archive it."""
    call(operator, "POST", f"/defis/{defi_id}/state", json={"action": action, "reason": reason})


def members(operator: str, defi_id: UUID, state: str = "active", cursor: str | None = None) -> Json:
    """One page of its members, or with `requested` of those who ask to join."""
    return get(operator, f"/defis/{defi_id}/members", state=state, cursor=cursor)


def membership(operator: str, defi_id: UUID) -> Json:
    """The reader's own part in it; a 404 where there is none."""
    return get(operator, f"/defis/{defi_id}/membership")


def ask_to_join(operator: str, defi_id: UUID, who: Json) -> None:
    """Ask its core group: `{name, contact?, message?}`."""
    call(operator, "POST", f"/defis/{defi_id}/membership", json=who)


def present(operator: str, defi_id: UUID, who: Json) -> None:
    """Change how the reader is called there, or reached: `{name?, contact?}`."""
    call(operator, "PATCH", f"/defis/{defi_id}/membership", json=who)


def leave(operator: str, defi_id: UUID) -> None:
    """Leave it, or take a request back."""
    call(operator, "DELETE", f"/defis/{defi_id}/membership")


def answer_request(operator: str, defi_id: UUID, member: UUID, answer: str, note: str | None) -> None:
    """Accept or decline somebody who asks to join."""
    call(
        operator,
        "POST",
        f"/defis/{defi_id}/members/{member}/answer",
        json={"answer": answer, "note": note},
    )


def change_role(operator: str, defi_id: UUID, member: UUID, role: str) -> None:
    """Make somebody `member`, `core`, or with `porteur` hand the défi over to them."""
    call(operator, "PUT", f"/defis/{defi_id}/members/{member}/role", json={"role": role})


def invitations(operator: str, defi_id: UUID) -> list[Json]:
    """The invitations that wait for an answer."""
    return cast("list[Json]", get(operator, f"/defis/{defi_id}/invitations")["items"])


def invite(operator: str, defi_id: UUID, role: str) -> Json:
    """A new invitation, with the secret that is shown this once."""
    return cast(Json, call(operator, "POST", f"/defis/{defi_id}/invitations", json={"role": role}))


def answer_invitation(operator: str, defi_id: UUID, answer: Json) -> Json:
    """Accept or decline: `{secret, answer, name?, contact?}`."""
    return cast(Json, call(operator, "POST", f"/defis/{defi_id}/invitations/answer", json=answer))


def pledges(operator: str, defi_id: UUID, cursor: str | None = None) -> Json:
    """One page of what was offered, oldest first: all to the core group and who accompanies it, else one's own."""
    return get(operator, f"/defis/{defi_id}/pledges", cursor=cursor)


def offer(operator: str, defi_id: UUID, pledge: Json) -> None:
    """Offer something: `{kind, description, name, contact?, amount_cents?, hours?, valid_until?}`."""
    call(operator, "POST", f"/defis/{defi_id}/pledges", json=pledge)


def decide_pledge(operator: str, defi_id: UUID, pledge: UUID, decision: str) -> None:
    """Accept it, say that it was kept, let it lapse; or withdraw one's own."""
    call(operator, "POST", f"/defis/{defi_id}/pledges/{pledge}/decision", json={"decision": decision})
