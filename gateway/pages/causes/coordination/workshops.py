"""Convening a workshop on proposals, changing its room, calling it off, and reporting what came out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request
from flask_babel import gettext as _

from gateway.clients import causes, workshops
from gateway.pages.causes import forms
from gateway.pages.causes.coordination.door import coordinated, let_in
from gateway.pages.causes.coordination.proposals import chosen
from gateway.pages.support import go, page, refused, signed_in, typed
from gateway.services import Json, ServiceProblem

blueprint = Blueprint("convening", __name__, url_prefix="/coordination")

MOST_DRAFTS = 20
_TEXTS = ("title", "agenda")
_FIELDS = (
    "facilitator",
    "place",
    "online_url",
    "capacity",
    *forms.two(*_TEXTS),
    *forms.at("starts_at", "ends_at"),
)
_DRAFT = forms.two("title", "description")


@blueprint.get("/<slug:slug>/workshops/new")
@signed_in
def new(slug: str) -> Any:
    """The form, with the proposals chosen."""
    return _form(slug, dict.fromkeys(_FIELDS, ""))


@blueprint.post("/<slug:slug>/workshops/new")
@signed_in
def convene(slug: str) -> Any:
    """Convene it on the proposals chosen."""
    values = typed(*_FIELDS)
    with refused(lambda problem: _form(slug, values, problem)) as outcome:
        made = workshops.convene(
            slug,
            {
                **{name: forms.localised(values, name) for name in _TEXTS},
                **{name: forms.instant(values, name) for name in ("starts_at", "ends_at")},
                "facilitator": values["facilitator"],
                "place": values["place"] or None,
                "online_url": values["online_url"] or None,
                "capacity": forms.whole(values["capacity"]),
                "proposals": chosen(),
            },
        )
        flash(_("The workshop is convened: anyone can ask for a place."))
        outcome.answer = go("workshops.show", workshop_id=made["id"])
    return outcome.answer


@blueprint.get("/workshops/<uuid:workshop_id>")
@signed_in
def show(workshop_id: UUID) -> Any:
    """What can be done with a workshop now."""
    return _desk(workshop_id)


@blueprint.post("/workshops/<uuid:workshop_id>/capacity")
@signed_in
def resize(workshop_id: UUID) -> Any:
    """Another room; a larger one lets in who waits."""
    values = typed("capacity")
    with refused(lambda problem: _desk(workshop_id, problem, values)) as outcome:
        workshops.resize(workshop_id, forms.whole(values["capacity"]))
        flash(_("The room is changed. Whoever got a place is told."))
    return outcome.answer or go("convening.show", workshop_id=workshop_id)


@blueprint.post("/workshops/<uuid:workshop_id>/cancellation")
@signed_in
def cancel(workshop_id: UUID) -> Any:
    """Call it off, once that was confirmed."""
    if "sure" not in request.form:
        flash(_("Nothing was called off: tick the box to confirm."))
        return go("convening.show", workshop_id=workshop_id)
    with refused(lambda problem: _desk(workshop_id, problem)) as outcome:
        workshops.cancel(workshop_id)
        flash(_("The workshop is called off. Whoever wanted to come is told."))
    return outcome.answer or go("workshops.show", workshop_id=workshop_id)


@blueprint.post("/workshops/<uuid:workshop_id>/report")
@signed_in
def report(workshop_id: UUID) -> Any:
    """Report it; or, before that, show the form again with room for one more draft."""
    values, drafts = typed("minutes", "attendance"), _drafts()
    if "more" in request.form:
        return _desk(workshop_id, None, values, [*drafts, _no_draft()], status=200)
    with refused(lambda problem: _desk(workshop_id, problem, values, drafts)) as outcome:
        said = {"minutes": values["minutes"], "attendance": forms.whole(values["attendance"])}
        workshops.report(workshop_id, {**said, "drafts": [_sent(draft) for draft in drafts]})
        flash(_("Minutes and drafts are public."))
    return outcome.answer or go("workshops.show", workshop_id=workshop_id)


def _form(slug: str, values: Json, problem: ServiceProblem | None = None) -> Any:
    known = values | {"proposals": chosen()}
    return page(
        "coordination/workshop_form.html",
        422 if problem else 200,
        cause=coordinated(slug),
        values=known,
        proposals=causes.proposals(known["proposals"]),
        problem=forms.placed(problem, known) if problem else None,
    )


def _desk(
    workshop_id: UUID,
    problem: ServiceProblem | None = None,
    values: Json | None = None,
    drafts: list[Json] | None = None,
    *,
    status: int = 422,
) -> Any:
    workshop = let_in(workshops.workshop(workshop_id))
    shown = [_no_draft()] if drafts is None else drafts
    capacity = workshop["capacity"] if workshop["capacity"] is not None else ""
    typed_in = {
        f"drafts_{rank}_{name}": value for rank, draft in enumerate(shown) for name, value in draft.items()
    }
    known = {"capacity": capacity, "minutes": "", "attendance": "", **(values or {}), **typed_in}
    return page(
        "coordination/workshop.html",
        status if problem or values else 200,
        workshop=workshop,
        proposals=causes.proposals(workshop["proposals"]),
        values=known,
        drafts=len(shown),
        most_drafts=MOST_DRAFTS,
        problem=forms.placed(problem, known) if problem else None,
    )


def _drafts() -> list[Json]:
    """The drafts that were typed, those left empty out: what the service says of one is then at its place."""
    count = min(request.form.get("drafts", 0, type=int), MOST_DRAFTS)
    found = []
    for rank in range(count):
        texts = typed(*(f"drafts_{rank}_{name}" for name in _DRAFT))
        draft: Json = {name: texts[f"drafts_{rank}_{name}"] for name in _DRAFT}
        draft["proposals"] = request.form.getlist(f"drafts_{rank}_proposals")
        if any(draft.values()):
            found.append(draft)
    return found


def _no_draft() -> Json:
    return {**dict.fromkeys(_DRAFT, ""), "proposals": []}


def _sent(draft: Json) -> Json:
    return {
        **{name: forms.localised(draft, name) for name in ("title", "description")},
        "proposals": draft["proposals"],
    }
