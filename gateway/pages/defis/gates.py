"""From one stage of a défi to the next: what it takes, asking for it, deciding, and the appeal to the operator."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from gateway import session
from gateway.clients import defis, gates
from gateway.pages.support import filled, go, page, refused, signed_in, typed
from gateway.services import Json, ServiceProblem
from libs.chassis.access import public

blueprint = Blueprint("gates", __name__)

_DEFI = "/defis/<slug:operator>/<uuid:defi_id>"
_RUNNING = ("published", "paused")
_STATED = ("charter", "experiment", "task")
_OTHER_JUDGE = ("access.conflict_of_interest", "gate.own_refusal", "access.operator")
"""Refusals that say who decides instead: they are read on the page, beside what is to be decided."""

_DECIDED = {
    "confirm": lazy_gettext("The stage is confirmed: the whole défi is told."),
    "refuse": lazy_gettext("The core group is told why, and what would help."),
    "uphold": lazy_gettext("The refusal stands, and the core group is told."),
}


@blueprint.get(f"{_DEFI}/gate")
@public
def show(operator: str, defi_id: UUID) -> Any:
    """What the next stage takes, what is there of it, and what became of earlier askings."""
    return _shown(operator, defi_id)


@blueprint.post(f"{_DEFI}/gate")
@signed_in
def ask(operator: str, defi_id: UUID) -> Any:
    """Ask for the next stage; the page says what is missing, if anything is."""
    values = typed(*_STATED)
    with _on_the_page(operator, defi_id, values) as outcome:
        gates.ask(operator, defi_id, filled(values))
        flash(_("The stage is asked for: those who accompany you will answer here."))
    return outcome.answer or go("gates.show", operator=operator, defi_id=defi_id)


@blueprint.post(f"{_DEFI}/gates/<uuid:gate_id>/decision")
@signed_in
def decide(operator: str, defi_id: UUID, gate_id: UUID) -> Any:
    """Confirm or refuse; on appeal, confirm or uphold the refusal."""
    values = typed("decision", "note", several=("reasons",))
    decision = filled(values)
    if values["decision"] != "refuse":
        # The reasons stand beside the other button too: there, they mean nothing.
        decision.pop("reasons", None)
    try:
        with _on_the_page(operator, defi_id, values) as outcome:
            gates.decide(operator, defi_id, gate_id, decision)
            flash(str(_DECIDED[values["decision"]]))
    except ServiceProblem as problem:
        if problem.code not in _OTHER_JUDGE:
            raise
        return _shown(operator, defi_id, 403, values=values, problem=problem)
    return outcome.answer or go("gates.show", operator=operator, defi_id=defi_id)


@blueprint.post(f"{_DEFI}/gates/<uuid:gate_id>/appeal")
@signed_in
def appeal(operator: str, defi_id: UUID, gate_id: UUID) -> Any:
    """Appeal to the operator against a refusal."""
    values = typed("appeal")
    with _on_the_page(operator, defi_id, values) as outcome:
        gates.appeal(operator, defi_id, gate_id, values["appeal"])
        flash(
            _("The operator’s staff will read your appeal, and somebody else than who refused will answer.")
        )
    return outcome.answer or go("gates.show", operator=operator, defi_id=defi_id)


def _on_the_page(operator: str, defi_id: UUID, values: Json) -> Any:
    def again(problem: ServiceProblem) -> Any:
        return _shown(operator, defi_id, 422, values=values, problem=problem)

    return refused(again)


def _shown(operator: str, defi_id: UUID, status: int = 200, **form: Any) -> Any:
    """The page, with the form that was refused where one was. Three calls at most."""
    defi = defis.defi(operator, defi_id)
    inside = bool(defi["role"]) or defi["accompanies"]
    asked = gates.gates(operator, defi_id) if inside else []
    return page(
        "gates/show.html",
        status,
        **({"values": {}, "problem": None} | form),
        defi=defi,
        outlook=defis.outlook(operator, defi_id) if defi["state"] in _RUNNING else None,
        gates=asked,
        appealable=_appealable(asked),
        staff=_is_staff(operator),
    )


def _appealable(asked: list[Json]) -> Json | None:
    """The latest asking, where it was refused: an older one was answered by asking again."""
    return asked[0] if asked and asked[0]["state"] == "refused" else None


def _is_staff(operator: str) -> bool:
    account = session.account()
    return account is not None and ("operator_staff", f"operator:{operator}") in account.grants
