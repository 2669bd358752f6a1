"""Moderating: take the oldest proposal, decide, take the next."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request
from flask_babel import lazy_gettext as _

from gateway.clients import consultation
from gateway.pages.support import go, page, signed_in
from gateway.services import Json, ServiceProblem

blueprint = Blueprint("moderation", __name__)

DECIDED = {
    "accept": _("Accepted: it will be put to the vote."),
    "refuse": _("Refused: its author is told why."),
    "postpone": _("Postponed: it stays out of the queue until somebody takes it up."),
}
"""What is said once a decision is taken, before the next proposal."""


@blueprint.get("/moderation")
@signed_in
def consultations() -> Any:
    """The consultations that one may moderate."""
    return page(
        "moderation/consultations.html", listed=consultation.consultations(request.args.get("cursor"))
    )


@blueprint.get("/moderation/<slug:slug>")
@signed_in
def queue(slug: str) -> Any:
    """How many proposals wait, and the button that takes the next."""
    asked = consultation.consultation(slug)
    queue = consultation.moderation_queue(slug, request.args.get("cursor"))
    return page("moderation/queue.html", consultation=asked, queue=queue)


@blueprint.post("/moderation/<slug:slug>/next")
@signed_in
def take_next(slug: str) -> Any:
    """Reserve the oldest proposal that waits."""
    return _to_next(slug)


@blueprint.get("/moderation/<slug:slug>/<uuid:proposal_id>")
@signed_in
def read(slug: str, proposal_id: UUID) -> Any:
    """One proposal to decide on, beside those that say nearly the same."""
    return page("moderation/proposal.html", **_reading(slug, proposal_id))


@blueprint.post("/moderation/<slug:slug>/<uuid:proposal_id>/decision")
@signed_in
def decide(slug: str, proposal_id: UUID) -> Any:
    """Accept, refuse with a reason or postpone; then the next one."""
    typed = {name: request.form.get(name, "").strip() for name in ("decision", "reason", "note")}
    decision = {name: value for name, value in typed.items() if value}
    if decision.get("decision") != "refuse":
        decision.pop("reason", None)
    try:
        consultation.decide(str(proposal_id), decision)
    except ServiceProblem as problem:
        if problem.status == 409:
            flash(problem.detail)
            return go("moderation.queue", slug=slug)
        if not problem.concerns_input:
            raise
        return page(
            "moderation/proposal.html", 422, **_reading(slug, proposal_id), typed=typed, problem=problem
        )
    flash(str(DECIDED[typed["decision"]]))
    return _to_next(slug)


def _to_next(slug: str) -> Any:
    taken = consultation.next_to_moderate(slug)
    if taken is None:
        return go("moderation.queue", slug=slug)
    return go("moderation.read", slug=slug, proposal_id=taken["proposal"]["id"], _anchor="proposal")


def _reading(slug: str, proposal_id: UUID) -> Json:
    proposal = consultation.proposal(str(proposal_id))
    near = [one for one in consultation.similar(slug, proposal["text"]) if one["id"] != proposal["id"]]
    asked = consultation.consultation(slug)
    waiting = consultation.moderation_queue(slug)["pending"]
    return {"consultation": asked, "proposal": proposal, "similar": near, "waiting": waiting}
