"""The heart: consent once, then cards, one proposal at a time.

Every step is a plain form and a redirect; htmx asks for the same step and swaps the card alone.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, request
from flask_babel import gettext as _

from gateway import session
from gateway.clients import consultation, identity
from gateway.pages.support import go, page, wants_piece, whole_page
from gateway.services import Json, ServiceProblem
from gateway.wording import CHOICES, QUALIFIERS
from libs.chassis.access import public

blueprint = Blueprint("voting", __name__, url_prefix="/consultations/<slug:slug>")

_PARTICIPANTS_ONLY = {"voting.vote", "voting.qualify", "voting.undo", "voting.withdraw_consent"}


@blueprint.before_request
def ask_for_consent_first() -> Any:
    """A browser that has never taken part is led to the consent, and from there to the card it came for."""
    if request.endpoint in _PARTICIPANTS_ONLY and identity.current_token() is None:
        values = request.view_args or {}
        return go("voting.start", slug=values["slug"], card=values.get("proposal_id"))
    return None


@blueprint.get("")
@public
def start(slug: str) -> Any:
    """The question and the consent; then the card asked for, the next one, or the end of the series."""
    card = request.args.get("card", type=UUID)
    if wants_piece():
        return whole_page("voting.start", slug=slug, card=card)
    asked = consultation.consultation(slug)
    if asked["status"] != "open":
        return page("voting/not_open.html", consultation=asked)
    consent = consultation.consent(slug)
    if not _holds(consent):
        return page("voting/consent.html", consultation=asked, consent=consent, card=card)
    if card is not None:
        return go("voting.card", slug=slug, proposal_id=card)
    series = session.series(slug) or _new_series(slug)
    if series.next_card is None:
        return page("voting/end.html", consultation=asked, sequence=consultation.sequence(slug))
    return go("voting.card", slug=slug, proposal_id=series.next_card)


@blueprint.post("/consent")
@public
def give_consent(slug: str) -> Any:
    """Record the consent, under a token of this browser's own."""
    version = request.form.get("version", type=int)
    if version is None:
        abort(400)
    identity.ensure_participant()
    consultation.give_consent(slug, version)
    return go("voting.start", slug=slug, card=request.form.get("card", type=UUID))


@blueprint.get("/consent/withdrawal")
@public
def ask_withdrawal(slug: str) -> Any:
    """Say what withdrawing means, before it is done."""
    return page("voting/withdraw.html", consultation=consultation.consultation(slug))


@blueprint.post("/consent/withdrawal")
@public
def withdraw_consent(slug: str) -> Any:
    """Withdraw consent and votes."""
    consultation.withdraw_consent(slug)
    session.end_series()
    flash(_("Your consent is withdrawn and your votes are deleted."))
    return go("voting.start", slug=slug)


@blueprint.post("/series")
@public
def next_series(slug: str) -> Any:
    """Go on with other cards."""
    session.end_series()
    return go("voting.start", slug=slug)


@blueprint.get("/cards/<uuid:proposal_id>")
@public
def card(slug: str, proposal_id: UUID) -> Any:
    """One card: to vote on, or with one's vote and what others said."""
    try:
        return _show(slug, str(proposal_id), consultation.my_vote(str(proposal_id)))
    except ServiceProblem as problem:
        if problem.status != 404 or not _in_series(slug, str(proposal_id)):
            raise
    # Taken away since the series began: nobody should be stuck on it.
    session.mark_seen(slug, str(proposal_id))
    return _onward(slug)


@blueprint.post("/cards/<uuid:proposal_id>/vote")
@public
def vote(slug: str, proposal_id: UUID) -> Any:
    """Vote, or change one's vote; its qualifiers start afresh."""
    return _cast(slug, str(proposal_id), request.form.get("choice", ""), [])


@blueprint.post("/cards/<uuid:proposal_id>/qualifiers")
@public
def qualify(slug: str, proposal_id: UUID) -> Any:
    """Add or take away one qualifier of one's vote."""
    mine = consultation.my_vote(str(proposal_id))
    if mine is None:
        return _after(slug, str(proposal_id), None)
    toggled = request.form.get("qualifier", "")
    kept = [code for code in mine["qualifiers"] if code != toggled]
    if toggled not in mine["qualifiers"] and toggled in QUALIFIERS[mine["choice"]]:
        kept.append(toggled)
    return _cast(slug, str(proposal_id), mine["choice"], kept)


@blueprint.post("/cards/<uuid:proposal_id>/undo")
@public
def undo(slug: str, proposal_id: UUID) -> Any:
    """Take one's vote back."""
    consultation.withdraw_vote(str(proposal_id))
    session.mark_seen(slug, str(proposal_id), seen=False)
    return _after(slug, str(proposal_id), None)


@blueprint.post("/cards/<uuid:proposal_id>/skip")
@public
def skip(slug: str, proposal_id: UUID) -> Any:
    """Leave this card for another time."""
    session.mark_seen(slug, str(proposal_id))
    return _onward(slug)


def _onward(slug: str) -> Any:
    """The next card, or the end of the series."""
    series = session.series(slug)
    if series is None or series.next_card is None:
        return go("voting.start", slug=slug)
    return go("voting.card", slug=slug, proposal_id=series.next_card)


def _in_series(slug: str, proposal_id: str) -> bool:
    series = session.series(slug)
    return series is not None and series.next_card is not None and proposal_id in series.cards


def _holds(consent: Json) -> bool:
    """Whether consent was given to the text as it stands; after a change it is asked for again."""
    return consent["given"] is not None and consent["given"]["version"] == consent["version"]


def _new_series(slug: str) -> session.Series:
    return session.begin_series(slug, [item["id"] for item in consultation.sequence(slug)["items"]])


def _cast(slug: str, proposal_id: str, choice: str, qualifiers: list[str]) -> Any:
    try:
        mine = consultation.vote(proposal_id, choice, qualifiers)
    except ServiceProblem as problem:
        if problem.code != "vote.consent_missing":
            raise
        return go("voting.start", slug=slug, card=proposal_id)
    session.mark_seen(slug, proposal_id)
    return _after(slug, proposal_id, mine)


def _after(slug: str, proposal_id: str, mine: Json | None) -> Any:
    """The card as it is now: at once where htmx asks, through a redirect where the browser does."""
    if wants_piece():
        return _show(slug, proposal_id, mine)
    return go("voting.card", slug=slug, proposal_id=proposal_id, _anchor="others" if mine else "proposal")


def _show(slug: str, proposal_id: str, mine: Json | None) -> Any:
    series = session.series(slug) or session.Series(slug, ())
    shown: dict[str, Any] = {
        "slug": slug,
        "proposal": consultation.proposal(proposal_id),
        "mine": mine,
        "series": series,
        "position": series.position(proposal_id),
        "choices": CHOICES,
        "qualifiers": QUALIFIERS,
    }
    if wants_piece():
        return page("voting/_card.html", **shown)
    return page("voting/card.html", consultation=consultation.consultation(slug), **shown)
