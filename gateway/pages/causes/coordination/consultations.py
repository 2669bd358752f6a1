"""Preparing a consultation, seeing all of it before it opens, and publishing versions of its results."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash
from flask_babel import gettext as _

from gateway.clients import causes, consultation, results
from gateway.pages.causes import forms
from gateway.pages.causes.coordination.door import coordinated
from gateway.pages.support import go, page, refused, signed_in, typed
from gateway.services import Json, ServiceProblem

blueprint = Blueprint(
    "coordinated_consultations", __name__, url_prefix="/coordination/<slug:slug>/consultations"
)

_TEXTS = ("title", "question", "introduction")
_GOVERNANCE = ("dpo", "impact_assessment", "votes_kept_until", "contacts_kept_until")
_FIELDS = (
    "slug",
    "can_propose",
    "votes_target",
    "proposal_prefix",
    "proposal_length_min",
    "proposal_length_max",
    "governance_controllers",
    "governance_minimum_age",
    *(f"governance_{name}" for name in _GOVERNANCE),
    *forms.two(*_TEXTS, "consent_text"),
    *forms.at("opens_at", "closes_at"),
)
_BEGINNING = {
    "can_propose": "yes",
    "proposal_prefix": "Il faut",
    "proposal_length_min": "12",
    "proposal_length_max": "140",
    "languages": ["fr"],
}
_VERSION = ("corrects", *forms.two("note"), *forms.at("embargo_until"))


@blueprint.get("/new")
@signed_in
def new(slug: str) -> Any:
    """The form, with what most consultations begin with."""
    return page("coordination/consultation_form.html", cause=coordinated(slug), values=_empty() | _BEGINNING)


@blueprint.post("/new")
@signed_in
def create(slug: str) -> Any:
    """Prepare it; it opens by itself at its date."""
    values, cause = typed(*_FIELDS, several=("languages",)), coordinated(slug)
    with refused(
        lambda problem: page(
            "coordination/consultation_form.html",
            422,
            cause=cause,
            values=values,
            problem=forms.placed(problem, values),
        )
    ) as outcome:
        made = causes.create_consultation(_sent(slug, values))
        flash(_("The consultation is ready. Read it through: it opens by itself at its date."))
        outcome.answer = go("coordinated_consultations.show", slug=slug, asked=made["slug"])
    return outcome.answer


@blueprint.get("/<slug:asked>")
@signed_in
def show(slug: str, asked: str) -> Any:
    """All that was settled, as it is before it opens and after; and the versions of its results."""
    return page("coordination/consultation.html", values=dict.fromkeys(_VERSION, ""), **_reading(slug, asked))


@blueprint.post("/<slug:asked>/versions")
@signed_in
def publish(slug: str, asked: str) -> Any:
    """Freeze the figures of this moment as the next version."""
    values = typed(*_VERSION)

    def again(problem: ServiceProblem) -> Any:
        told = forms.placed(problem, values)
        return page(
            "coordination/consultation.html", 422, values=values, problem=told, **_reading(slug, asked)
        )

    with refused(again) as outcome:
        made = results.publish(asked, _version(values))
        flash(_("Version %(number)s is published.", number=made["number"]))
        outcome.answer = go("versions.show", slug=asked, number=made["number"])
    return outcome.answer


def _reading(slug: str, asked: str) -> Json:
    cause, found = coordinated(slug), consultation.consultation(asked)
    if found["cause"] is None or found["cause"]["slug"] != slug:
        abort(404)
    return {
        "cause": cause,
        "consultation": found,
        "consent": consultation.consent(asked),
        "governance": causes.governance(asked),
        "versions": results.versions(asked),
    }


def _sent(slug: str, values: Json) -> Json:
    """What the service takes. Who answers for the data is sent as far as it was filled in: it names what lacks."""
    governance = {name: values[f"governance_{name}"] for name in _GOVERNANCE}
    governance["controllers"] = forms.lines(values["governance_controllers"])
    governance["minimum_age"] = forms.whole(values["governance_minimum_age"])
    return {
        "cause": slug,
        "slug": values["slug"],
        **{name: forms.localised(values, name) for name in _TEXTS},
        **{name: forms.instant(values, name) for name in ("opens_at", "closes_at")},
        "languages": values["languages"],
        "can_propose": bool(values["can_propose"]),
        "votes_target": forms.whole(values["votes_target"]),
        "proposal_prefix": values["proposal_prefix"],
        "proposal_length": {
            "min": forms.whole(values["proposal_length_min"]),
            "max": forms.whole(values["proposal_length_max"]),
        },
        "consent": {"text": forms.localised(values, "consent_text")},
        "governance": {name: value for name, value in governance.items() if value},
    }


def _version(values: Json) -> Json:
    noted = forms.localised(values, "note")
    embargo = forms.instant(values, "embargo_until")
    return {
        "embargo_until": embargo or None,
        "note": noted if any(noted.values()) else None,
        "corrects": forms.whole(values["corrects"]),
    }


def _empty() -> Json:
    return dict.fromkeys(_FIELDS, "")
