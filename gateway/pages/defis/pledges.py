"""What people offer a défi: time, a skill, equipment, a place, money; and what becomes of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request
from flask_babel import gettext as _

from gateway import session
from gateway.clients import defis
from gateway.pages.defis.amounts import cents_of
from gateway.pages.defis.people import BASE, own_name
from gateway.pages.support import filled, go, page, refused, signed_in, typed
from gateway.services import Json, ServiceProblem
from libs.chassis.access import public

blueprint = Blueprint("pledges", __name__)


@blueprint.get(f"{BASE}/pledges")
@public
def show(operator: str, defi_id: UUID) -> Any:
    """What was offered in figures; and one's own offers, or all of them to the core group."""
    return _shown(operator, defi_id)


@blueprint.get(f"{BASE}/pledges/offer")
@signed_in
def form(operator: str, defi_id: UUID) -> Any:
    """The form to offer something."""
    values = {"kind": request.args.get("kind", ""), "name": own_name()}
    return page("defis/offer.html", defi=defis.defi(operator, defi_id), values=values, problem=None)


@blueprint.post(f"{BASE}/pledges/offer")
@signed_in
def offer(operator: str, defi_id: UUID) -> Any:
    """Offer it; the core group is told, and answers."""
    values = typed("kind", "description", "name", "contact", "amount", "hours", "valid_until")

    def again(problem: ServiceProblem) -> Any:
        problem.fields = _fields_of_the_form(problem.fields)
        defi = defis.defi(operator, defi_id)
        return page("defis/offer.html", 422, defi=defi, values=values, problem=problem)

    with refused(again) as outcome:
        defis.offer(operator, defi_id, _pledge(values))
        flash(_("Thank you. The core group is told of your offer, and answers you."))
    return outcome.answer or go("pledges.show", operator=operator, defi_id=defi_id)


@blueprint.post(f"{BASE}/pledges/<uuid:pledge>/decision")
@signed_in
def decide(operator: str, defi_id: UUID, pledge: UUID) -> Any:
    """Accept it, say that it was kept, let it lapse; or withdraw one's own."""
    with refused(lambda problem: _shown(operator, defi_id, 422, problem)) as outcome:
        defis.decide_pledge(operator, defi_id, pledge, request.form.get("decision", ""))
        flash(_("It is done, and the other side is told."))
    return outcome.answer or go("pledges.show", operator=operator, defi_id=defi_id)


def _shown(operator: str, defi_id: UUID, status: int = 200, problem: ServiceProblem | None = None) -> Any:
    cursor = request.args.get("cursor")
    listed: Json = {"items": [], "next": None}
    if session.account() is not None:
        listed = defis.pledges(operator, defi_id, cursor)
    return page(
        "defis/pledges.html",
        status,
        defi=defis.defi(operator, defi_id),
        pledges=listed["items"],
        next=listed["next"],
        problem=problem,
    )


def _pledge(values: Json) -> Json:
    """What was typed, as the operator takes it; what is no number goes as it is, and is refused with all the rest."""
    pledge = filled({name: value for name, value in values.items() if name not in ("amount", "hours")})
    if values["hours"]:
        pledge["hours"] = int(values["hours"]) if values["hours"].isdecimal() else values["hours"]
    if values["amount"]:
        cents = cents_of(values["amount"])
        pledge["amount_cents"] = values["amount"] if cents is None else cents
    return pledge


def _fields_of_the_form(wrong: dict[str, str]) -> dict[str, str]:
    """What is wrong, by the form's names of fields; of an amount that was typed, in euros rather than in cents."""
    typed_amount = request.form.get("amount", "").strip()
    fields = {("amount" if name == "amount_cents" else name): words for name, words in wrong.items()}
    if "amount" in fields and (not typed_amount or cents_of(typed_amount) is None):
        fields["amount"] = _("Write an amount in euros, as in 1,250.50.")
    return fields
