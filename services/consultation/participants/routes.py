"""Consent over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from libs.chassis.tokens import Principal
from libs.chassis.web import Blueprint, caller_or_none, participant, principal, public, transaction
from services.consultation.consultations.queries import get_consultation
from services.consultation.participants import commands, queries
from services.consultation.participants.rules import Identity
from services.consultation.participants.schemas import CONSENT, NewConsentSchema

blueprint = Blueprint(
    "participants", __name__, url_prefix="/v1", description="Consent, given and taken back."
)


@blueprint.get("/consultations/<slug:slug>/consent")
@public
@blueprint.response(200, CONSENT)
def show_consent(slug: str) -> Any:
    """The text of the consent, and whether the caller has given it."""
    with transaction() as session:
        return _consent(session, slug, caller_or_none())


@blueprint.post("/consultations/<slug:slug>/consent")
@participant
@blueprint.arguments(NewConsentSchema())
@blueprint.response(201, CONSENT)
def give_consent(consent: dict[str, int], slug: str) -> Any:
    """Consent to taking part: before the first vote, and again when the text has changed."""
    who, now = Identity.of(principal()), datetime.now(UTC)
    with transaction() as session:
        commands.give_consent(session, get_consultation(session, slug), who, consent["version"], now)
        return _consent(session, slug, principal())


@blueprint.delete("/consultations/<slug:slug>/consent")
@participant
@blueprint.response(204)
def withdraw_consent(slug: str) -> None:
    """Take consent back. The caller's votes in this consultation are deleted with it, for good."""
    who, now = Identity.of(principal()), datetime.now(UTC)
    with transaction() as session:
        commands.withdraw_consent(session, get_consultation(session, slug), who, now)


def _consent(session: Session, slug: str, caller: Principal | None) -> dict[str, Any]:
    consultation = get_consultation(session, slug)
    given = queries.find_participant(session, consultation, Identity.of(caller)) if caller else None
    return {"version": consultation.consent_version, "text": consultation.consent_text, "given": given}
