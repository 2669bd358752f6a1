"""Sequences over HTTP."""

from __future__ import annotations

from random import Random
from typing import Any

from libs.chassis.web import Blueprint, caller_or_none, extension, public, transaction
from services.consultation.consultations.queries import get_consultation
from services.consultation.participants.rules import Identity
from services.consultation.sequences.queries import sequence_for
from services.consultation.sequences.schemas import SequenceSchema

blueprint = Blueprint("sequences", __name__, url_prefix="/v1", description="The next cards to vote on.")


@blueprint.get("/consultations/<slug:slug>/sequence")
@public
@blueprint.response(200, SequenceSchema())
def show_sequence(slug: str) -> Any:
    """Up to twelve proposals that the caller has not voted on, those with the fewest votes first."""
    caller = caller_or_none()
    # The seed keeps a person's cards in the same order from page to page; it protects nothing.
    random = Random(str(caller.subject) if caller else None)  # noqa: S311
    with transaction() as session:
        consultation = get_consultation(session, slug)
        who = Identity.of(caller) if caller else None
        return sequence_for(session, consultation, who, random, extension("consultation.figures"))
