"""The people of a défi: asking to join, answering who asks, one's own part, roles, leaving."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash
from flask_babel import gettext as _

from gateway import session
from gateway.clients import defis, operators
from gateway.pages.support import filled, go, page, refused, signed_in, typed
from gateway.services import Json, ServiceProblem
from libs.chassis.access import public

blueprint = Blueprint("defi_people", __name__)

BASE = "/defis/<slug:operator>/<uuid:defi_id>"
CORE = ("porteur", "core")


@blueprint.get(f"{BASE}/people")
@public
def show(operator: str, defi_id: UUID) -> Any:
    """Who is in it, to those inside; to anybody else how one joins, and what became of their request."""
    return _shown(operator, defi_id)


@blueprint.get(f"{BASE}/join")
@signed_in
def join(operator: str, defi_id: UUID) -> Any:
    """The form to join; whoever is in it already, or asked, is shown that."""
    defi = defis.defi(operator, defi_id)
    if defi["role"] or _own_part(operator, defi_id):
        return go("defi_people.show", operator=operator, defi_id=defi_id)
    return page("defis/join.html", defi=defi, values={"name": own_name()}, problem=None)


@blueprint.post(f"{BASE}/join")
@signed_in
def ask(operator: str, defi_id: UUID) -> Any:
    """Ask the core group."""
    values = typed("name", "contact", "message")

    def again(problem: ServiceProblem) -> Any:
        defi = defis.defi(operator, defi_id)
        return page("defis/join.html", 422, defi=defi, values=values, problem=problem)

    with refused(again) as outcome:
        defis.ask_to_join(operator, defi_id, filled(values))
        flash(_("Your request is sent. The core group answers it, and you are told either way."))
    return outcome.answer or go("defi_people.show", operator=operator, defi_id=defi_id)


@blueprint.post(f"{BASE}/people/me")
@signed_in
def present(operator: str, defi_id: UUID) -> Any:
    """Change how one is called there, or reached."""
    values = typed("name", "contact")
    sent = {"name": values["name"], "contact": values["contact"] or None}
    with refused(lambda problem: _shown(operator, defi_id, 422, values=values, problem=problem)) as outcome:
        defis.present(operator, defi_id, sent)
        flash(_("It is kept."))
    return outcome.answer or go("defi_people.show", operator=operator, defi_id=defi_id)


@blueprint.post(f"{BASE}/people/leave")
@signed_in
def leave(operator: str, defi_id: UUID) -> Any:
    """Leave, or take a request back."""
    with refused(lambda problem: _shown(operator, defi_id, 422, problem=problem)) as outcome:
        defis.leave(operator, defi_id)
        flash(_("You no longer have a part in this défi."))
    return outcome.answer or go("defis.show", operator=operator, defi_id=defi_id)


@blueprint.post(f"{BASE}/people/<uuid:member>/answer")
@signed_in
def answer(operator: str, defi_id: UUID, member: UUID) -> Any:
    """Accept or decline who asks to join."""
    values = typed("answer", "note")
    with refused(lambda problem: _shown(operator, defi_id, 422, problem=problem)) as outcome:
        defis.answer_request(operator, defi_id, member, values["answer"], values["note"] or None)
        flash(_("Your answer is sent."))
    return outcome.answer or go("defi_people.show", operator=operator, defi_id=defi_id)


@blueprint.post(f"{BASE}/people/role")
@signed_in
def change_role(operator: str, defi_id: UUID) -> Any:
    """Take a member into the core group or out of it, or hand the défi over to them."""
    values = typed("member", "role")
    with refused(lambda problem: _shown(operator, defi_id, 422, problem=problem)) as outcome:
        defis.change_role(operator, defi_id, _member(values["member"]), values["role"])
        flash(_("The roles are changed, and the person is told."))
    return outcome.answer or go("defi_people.show", operator=operator, defi_id=defi_id)


def own_name() -> str:
    """How the reader's account calls them; nothing where that is their address, which nobody is to read."""
    account = session.account()
    return account.name if account and "@" not in account.name else ""


def _shown(operator: str, defi_id: UUID, status: int = 200, **form: Any) -> Any:
    defi = defis.defi(operator, defi_id)
    inside = bool(defi["role"] or defi["accompanies"])
    core = defi["role"] in CORE
    members = _everybody(operator, defi_id, "active") if inside else []
    own = next((one for one in members if one["me"]), None) if inside else _own_part(operator, defi_id)
    return page(
        "defis/people.html",
        status,
        **({"values": own or {}, "problem": None} | form),
        defi=defi,
        inside=inside,
        core=core,
        own=own,
        members=members,
        requests=_everybody(operator, defi_id, "requested") if core or defi["accompanies"] else [],
        invitations=defis.invitations(operator, defi_id) if core else [],
        host=operators.host(operator),
    )


def _everybody(operator: str, defi_id: UUID, state: str) -> list[Json]:
    """The members in that state, as many as one page of the service holds."""
    return list(defis.members(operator, defi_id, state)["items"])


def _own_part(operator: str, defi_id: UUID) -> Json | None:
    """The reader's part in it, active or asked for; None where there is none."""
    if session.account() is None:
        return None
    try:
        return defis.membership(operator, defi_id)
    except ServiceProblem as problem:
        if problem.code != "membership.none":
            raise
        return None


def _member(text: str) -> UUID:
    """The member that was chosen. Raises `ServiceProblem` where none was."""
    try:
        return UUID(text)
    except ValueError:
        words = _("Choose somebody.")
        raise ServiceProblem(422, "member.unchosen", words, {"member": words}) from None
