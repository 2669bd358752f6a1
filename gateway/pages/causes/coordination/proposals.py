"""Choosing accepted proposals, to convene a workshop on or to answer by an action: by rank, or by words they hold.

What was chosen travels in the address, so that one may search, turn pages, come back, and lose nothing.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, request

from gateway.clients import causes, consultation
from gateway.pages.causes.coordination.door import coordinated
from gateway.pages.support import go, page, signed_in
from gateway.services import Json

blueprint = Blueprint("choosing", __name__, url_prefix="/coordination/<slug:slug>/proposals")

LEADS_TO = {"workshop": "convening.new", "action": "acting.new"}
MOST = 50


@blueprint.get("/<any(workshop, action):purpose>")
@signed_in
def choose(slug: str, purpose: str) -> Any:
    """A page of proposals beside those chosen so far; or on, to the form that they are chosen for."""
    picked = chosen()
    if "go" in request.args:
        return go(LEADS_TO[purpose], slug=slug, chosen=picked)
    cause, asked = coordinated(slug), causes.consultations_of(slug)
    text = request.args.get("text", "").strip()
    current = _current(asked)
    listed: Json = {"items": [], "next": None}
    if current:
        cursor = request.args.get("cursor")
        listed = consultation.ranked_proposals(current["slug"], "top", cursor, text or None)
    return page(
        "coordination/choose.html",
        cause=cause,
        purpose=purpose,
        consultations=asked,
        current=current,
        text=text,
        chosen=causes.proposals(picked),
        listed=[one for one in listed["items"] if one["id"] not in picked],
        next=listed["next"],
    )


def chosen() -> list[str]:
    """The proposals that the address or the form names, each once; what is no id is left out."""
    every = [*request.args.getlist("chosen"), *request.form.getlist("proposals")]
    return list(dict.fromkeys(id for id in every if _is_id(id)))[:MOST]


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _current(asked: list[Json]) -> Json | None:
    """The consultation that is asked for; else the latest that has opened, since the others hold no proposal."""
    wanted = request.args.get("consultation")
    if wanted:
        return next((one for one in asked if one["slug"] == wanted), None) or abort(404)
    opened = [one for one in asked if one["status"] != "upcoming"]
    return next(iter(opened or asked), None)
