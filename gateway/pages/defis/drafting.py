"""Writing a défi: what it says, who carries it and where it stands, reading it over, sending it.

The operator keeps the draft from the first step on. A published défi is changed on the first of these pages, in what
may still change.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request
from flask_babel import gettext as _

from gateway.clients import defis
from gateway.pages.defis.fields import field_of, fields_of, own_themes
from gateway.pages.defis.people import BASE, own_name
from gateway.pages.support import go, page, refused, signed_in, typed
from gateway.services import Json, ServiceProblem

blueprint = Blueprint("drafting", __name__)

_WORDS = ("title", "problem", "beneficiaries", "kind")
_STEP_OF = {"entry_evidence": "drafting.stand", "name": "drafting.stand", "commune": "launch.where"}
"""Where to complete what is missing; the rest, in the first step."""


@blueprint.get(f"{BASE}/edit")
@signed_in
def describe(operator: str, defi_id: UUID) -> Any:
    """What the défi says."""
    defi = defis.defi(operator, defi_id)
    if not _writable(defi):
        return go("defis.show", operator=operator, defi_id=defi_id)
    return _described(defi, fields_of(defi))


@blueprint.post(f"{BASE}/edit")
@signed_in
def save(operator: str, defi_id: UUID) -> Any:
    """Keep it, and go on where it is a draft."""
    values = typed(*_WORDS, "first_date", "own_theme", several=("themes",))

    def again(problem: ServiceProblem) -> Any:
        problem.fields = {field_of(name): words for name, words in problem.fields.items()}
        return _described(defis.defi(operator, defi_id), values, problem)

    with refused(again) as outcome:
        kept = defis.change(operator, defi_id, _changed(values))
        if kept["state"] == "draft" and "later" not in request.form:
            return go("drafting.stand", operator=operator, defi_id=defi_id)
        flash(_("It is kept."))
    return outcome.answer or go("defis.show", operator=operator, defi_id=defi_id)


@blueprint.get(f"{BASE}/edit/start")
@signed_in
def stand(operator: str, defi_id: UUID) -> Any:
    """Who carries it, and whether it begins or exists already."""
    defi = defis.defi(operator, defi_id)
    if not (_writable(defi) and defi["state"] == "draft"):
        return go("defis.show", operator=operator, defi_id=defi_id)
    own = defis.membership(operator, defi_id)
    values = {
        "name": own["name"] or own_name(),
        "contact": own["contact"],
        "entry_stage": defi["entry"]["stage"],
        "entry_evidence": defi["entry"]["evidence"],
    }
    return page("defis/stand.html", defi=defi, values=values, problem=None)


@blueprint.post(f"{BASE}/edit/start")
@signed_in
def save_stand(operator: str, defi_id: UUID) -> Any:
    """Keep both, and go on to reading it over."""
    values = typed("name", "contact", "entry_stage", "entry_evidence")

    def again(problem: ServiceProblem) -> Any:
        defi = defis.defi(operator, defi_id)
        return page("defis/stand.html", 422, defi=defi, values=values, problem=problem)

    with refused(again) as outcome:
        defis.present(operator, defi_id, {"name": values["name"], "contact": values["contact"] or None})
        entry = {"entry_stage": values["entry_stage"], "entry_evidence": values["entry_evidence"] or None}
        defis.change(operator, defi_id, entry)
    return outcome.answer or go("drafting.review", operator=operator, defi_id=defi_id)


@blueprint.get(f"{BASE}/review")
@signed_in
def review(operator: str, defi_id: UUID) -> Any:
    """All of it, before it is sent."""
    return _reviewed(operator, defi_id)


@blueprint.post(f"{BASE}/review")
@signed_in
def submit(operator: str, defi_id: UUID) -> Any:
    """Send it to the operator."""
    with refused(lambda problem: _reviewed(operator, defi_id, problem)) as outcome:
        defis.submit(operator, defi_id)
        flash(_("Your défi is sent. You are told as soon as it is published, or what it lacks."))
    return outcome.answer or go("defis.show", operator=operator, defi_id=defi_id)


@blueprint.post(f"{BASE}/delete")
@signed_in
def delete(operator: str, defi_id: UUID) -> Any:
    """Delete a draft."""
    defis.delete_draft(operator, defi_id)
    flash(_("The draft is deleted."))
    return go("my_defis.show")


def _writable(defi: Json) -> bool:
    return defi["role"] == "porteur" and defi["state"] in ("draft", "published")


def _described(defi: Json, values: Json, problem: ServiceProblem | None = None) -> Any:
    status = 422 if problem else 200
    return page("defis/describe.html", status, defi=defi, values=values, problem=problem)


def _changed(values: Json) -> Json:
    """What was typed, as the operator takes it: an empty field empties what it holds."""
    fields: Json = {name: values[name] or None for name in _WORDS}
    fields["themes"] = [*values["themes"], *own_themes(values["own_theme"])]
    if "first_date" in request.form:
        fields["first_date"] = values["first_date"] or None
    return fields


def _reviewed(operator: str, defi_id: UUID, problem: ServiceProblem | None = None) -> Any:
    defi = defis.defi(operator, defi_id)
    if not (_writable(defi) and defi["state"] == "draft"):
        return go("defis.show", operator=operator, defi_id=defi_id)
    return page(
        "defis/review.html",
        422 if problem else 200,
        defi=defi,
        own=defis.membership(operator, defi_id),
        missing={name: _STEP_OF.get(name, "drafting.describe") for name in problem.fields} if problem else {},
        problem=problem,
    )
