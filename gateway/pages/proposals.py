"""Proposing, and following what became of one's proposals."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, request
from flask_babel import get_locale
from flask_babel import gettext as _

from gateway import session
from gateway.clients import consultation
from gateway.pages.support import go, page, signed_in, wants_piece
from gateway.services import Json, ServiceProblem
from libs.chassis.access import public

blueprint = Blueprint("proposals", __name__)

ENOUGH_TO_COMPARE = 8
"""Characters typed before it is worth looking for similar proposals."""


@blueprint.get("/consultations/<slug:slug>/propose")
@public
def form(slug: str) -> Any:
    """The form, with what was being written before signing in."""
    asked = consultation.consultation(slug)
    return page("proposals/propose.html", consultation=asked, text=session.draft(slug), similar=None)


@blueprint.get("/consultations/<slug:slug>/propose/similar")
@public
def similar(slug: str) -> Any:
    """Proposals close to what is being typed: a piece of page, or the form with them where there is no script."""
    text = _one_line(request.args.get("text", ""))
    found = consultation.similar(slug, text) if len(text) >= ENOUGH_TO_COMPARE else []
    if wants_piece():
        return page("proposals/similar.html", slug=slug, similar=found)
    asked = consultation.consultation(slug)
    return page("proposals/propose.html", consultation=asked, text=text, similar=found)


@blueprint.post("/consultations/<slug:slug>/propose")
@public
def submit(slug: str) -> Any:
    """Show what is similar first; then submit, once the author has seen it and is signed in."""
    text, asked = _one_line(request.form.get("text", "")), consultation.consultation(slug)
    try:
        found = [] if "seen_similar" in request.form or not text else consultation.similar(slug, text)
        if found:
            return page("proposals/propose.html", consultation=asked, text=text, similar=found)
        if session.account() is None:
            return _sign_in_first(slug, text)
        consultation.propose(slug, text, _language(asked))
    except ServiceProblem as problem:
        if not problem.concerns_input:
            raise
        return page(
            "proposals/propose.html", 422, consultation=asked, text=text, similar=None, problem=problem
        )
    session.drop_draft()
    flash(_("Thank you. A moderator will read your proposal; what becomes of it is shown here."))
    return go("proposals.mine")


@blueprint.get("/account/proposals")
@signed_in
def mine() -> Any:
    """One's own proposals, with their state, and the reason where one was refused."""
    return page("proposals/mine.html", listed=consultation.my_proposals(request.args.get("cursor")))


def _one_line(text: str) -> str:
    """What was typed, as one line: a proposal is one sentence, whatever the Enter key did to it."""
    return " ".join(text.splitlines()).strip()


def _language(asked: Json) -> str:
    """The page's language where the consultation is held in it, else the consultation's first."""
    page_language, languages = str(get_locale()), asked["languages"]
    return page_language if page_language in languages else str(languages[0])


def _sign_in_first(slug: str, text: str) -> Any:
    session.keep_draft(slug, text)
    flash(_("Your proposal is kept: sign in to send it."))
    return go("sign_in.form", return_to=f"/consultations/{slug}/propose")
