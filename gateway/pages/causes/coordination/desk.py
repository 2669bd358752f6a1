"""The desk: the causes one coordinates, starting another, and all that one of them holds."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash
from flask_babel import gettext as _

from gateway.clients import actions, causes, workshops
from gateway.pages.causes import forms
from gateway.pages.causes.coordination.door import coordinated
from gateway.pages.support import go, page, refused, signed_in, typed

blueprint = Blueprint("coordination", __name__, url_prefix="/coordination")

_CAUSE = ("slug", *forms.two("title", "mandate"), *forms.at("opens_at", "closes_at"))


@blueprint.get("")
@signed_in
def index() -> Any:
    """The causes that one coordinates."""
    mine = [one for one in causes.causes()["items"] if one["coordinated"]]
    starts = causes.may_start()
    if not mine and not starts:
        abort(403)
    return page("coordination/index.html", causes=mine, starts=starts)


@blueprint.get("/causes/new")
@signed_in
def new() -> Any:
    """The form that starts a cause."""
    if not causes.may_start():
        abort(403)
    return page("coordination/cause_form.html", values=dict.fromkeys(_CAUSE, ""))


@blueprint.post("/causes/new")
@signed_in
def create() -> Any:
    """Start a cause."""
    values = typed(*_CAUSE)
    with refused(
        lambda problem: page(
            "coordination/cause_form.html", 422, values=values, problem=forms.placed(problem, values)
        )
    ) as outcome:
        made = causes.create_cause(
            {
                "slug": values["slug"],
                **{name: forms.localised(values, name) for name in ("title", "mandate")},
                **{name: forms.instant(values, name) for name in ("opens_at", "closes_at")},
            }
        )
        flash(_("The cause is started. What it needs next is a consultation."))
        outcome.answer = go("coordination.show", slug=made["slug"])
    return outcome.answer


@blueprint.get("/<slug:slug>")
@signed_in
def show(slug: str) -> Any:
    """All that a cause holds, and what can be done with each."""
    cause = coordinated(slug)
    return page(
        "coordination/desk.html",
        cause=cause,
        consultations=causes.consultations_of(slug),
        workshops=workshops.workshops_of(slug),
        actions=actions.actions_of(slug),
    )
