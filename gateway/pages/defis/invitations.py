"""Inviting somebody into a défi by a link, and answering such a link.

The link holds the secret; the page takes it out of the address at once and keeps it in the reader's own cookie, so
that it is in no referrer, in no mail to sign in, and survives signing in.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request
from flask_babel import gettext as _

from gateway import session
from gateway.clients import defis
from gateway.pages.defis.people import BASE, own_name
from gateway.pages.support import filled, go, page, refused, signed_in, typed
from gateway.services import ServiceProblem
from libs.chassis.access import public

blueprint = Blueprint("invitations", __name__)


@blueprint.post(f"{BASE}/invitations")
@signed_in
def invite(operator: str, defi_id: UUID) -> Any:
    """Make an invitation, and show its link this once."""
    made = defis.invite(operator, defi_id, request.form.get("role", ""))
    return page("defis/invited.html", defi=defis.defi(operator, defi_id), made=made)


@blueprint.get(f"{BASE}/invitation")
@public
def show(operator: str, defi_id: UUID) -> Any:
    """What the invitation is to; the answer needs an account."""
    if "secret" in request.args:
        session.keep_invitation(str(defi_id), request.args["secret"])
        return go("invitations.show", operator=operator, defi_id=defi_id)
    return _shown(operator, defi_id, 200, {"name": own_name()})


@blueprint.post(f"{BASE}/invitation")
@signed_in
def answer(operator: str, defi_id: UUID) -> Any:
    """Accept or decline it."""
    values = typed("answer", "name", "contact")
    sent = {**filled(values), "secret": session.invitation(str(defi_id))}
    with refused(lambda problem: _shown(operator, defi_id, 422, values, problem)) as outcome:
        answered = defis.answer_invitation(operator, defi_id, sent)
        session.drop_invitation()
        flash(
            _("Welcome to this défi.")
            if answered["answer"] == "accept"
            else _("The invitation is declined; whoever invited you is told.")
        )
    return outcome.answer or go("defis.show", operator=operator, defi_id=defi_id)


def _shown(
    operator: str, defi_id: UUID, status: int, values: dict[str, Any], problem: ServiceProblem | None = None
) -> Any:
    held = bool(session.invitation(str(defi_id)))
    defi = defis.defi(operator, defi_id)
    return page("defis/invitation.html", status, defi=defi, held=held, values=values, problem=problem)
