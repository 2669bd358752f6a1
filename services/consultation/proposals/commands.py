"""Making proposals."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from libs.chassis.db import lock
from libs.chassis.errors import Conflict
from libs.chassis.ids import uuid7
from libs.chassis.limits import count_against_limit
from libs.chassis.messages import N_
from libs.chassis.outbox import record
from libs.contracts.consultation import ProposalSubmitted
from services.consultation.actions.models import ActionProposal
from services.consultation.base import rows_changed
from services.consultation.consultations.models import Consultation
from services.consultation.consultations.rules import refuse_unless_open
from services.consultation.proposals.models import Proposal
from services.consultation.proposals.rules import (
    HOUR,
    MOST_PER_HOUR,
    UNDECIDED,
    TextRules,
    check_language,
    check_not_repeated,
    checked_text,
)
from services.consultation.voting.models import Vote
from services.consultation.workshops.models import WorkshopProposal


def submit(
    session: Session,
    consultation: Consultation,
    *,
    author: UUID,
    text: str,
    language: str | None,
    now: datetime,
) -> Proposal:
    """Make a proposal in an account's name, which waits for a moderator. Without `language`, the consultation's first.

    Raises `Conflict` when the consultation takes no proposals now or the author's same one waits already, `Invalid`
    on a text or language that it does not take, `TooMany` beyond twenty an hour.
    """
    refuse_unless_open(consultation, now)
    if not consultation.can_propose:
        raise Conflict("proposal.vote_only", N_("This consultation takes votes only, no new proposals."))
    language = language or consultation.languages[0]
    check_language(language, consultation.languages)
    text = checked_text(text, _text_rules(consultation))
    # Two requests at once (a button pressed twice) wait for each other here, so that the second sees the first.
    lock(session, f"proposals of {author}")
    check_not_repeated(text, _undecided(session, consultation, author))
    count_against_limit(session, "proposals", str(author), most=MOST_PER_HOUR, per=HOUR, now=now)
    proposal = Proposal(
        id=uuid7(),
        consultation_id=consultation.id,
        text=text,
        language=language,
        author_subject=author,
        state="pending",
        submitted_at=now,
    )
    session.add(proposal)
    _tell_that_it_waits(session, proposal, consultation)
    return proposal


def forget_author(session: Session, author: UUID) -> dict[str, int]:
    """Take somebody who is erased out of what they proposed. Returns what became of how many.

    What was never public goes. What others voted on, or worked on, stays without author; of what was refused after
    that the text goes too, since nobody reads it any more.
    """
    own, refused = Proposal.author_subject == author, Proposal.state == "refused"
    unseen = (Proposal.state.in_((*UNDECIDED, "refused")), ~_built_upon())
    nobody = {"author_subject": None, "author_name": None, "note": None}
    return {
        "proposals_deleted": rows_changed(session, delete(Proposal).where(own, *unseen)),
        "proposal_texts_destroyed": rows_changed(
            session, update(Proposal).where(own, refused).values(text="", **nobody)
        ),
        "proposals_made_anonymous": rows_changed(session, update(Proposal).where(own).values(**nobody)),
    }


def _built_upon() -> ColumnElement[bool]:
    """Whether others voted on a proposal, or a workshop or an action came from it."""
    return or_(
        *(
            exists().where(table.proposal_id == Proposal.id).correlate(Proposal)
            for table in (Vote, WorkshopProposal, ActionProposal)
        )
    )


def _tell_that_it_waits(session: Session, proposal: Proposal, consultation: Consultation) -> None:
    told = ProposalSubmitted(
        proposal_id=proposal.id,
        consultation_id=consultation.id,
        language=proposal.language,
        cause_id=consultation.cause_id,
        slug=consultation.slug,
    )
    record(session, told)


def _text_rules(consultation: Consultation) -> TextRules:
    return TextRules(
        prefix=consultation.proposal_prefix,
        shortest=consultation.proposal_min,
        longest=consultation.proposal_max,
    )


def _undecided(session: Session, consultation: Consultation, author: UUID) -> dict[UUID, str]:
    """The texts of the author's proposals that wait, by id."""
    query = select(Proposal.id, Proposal.text).where(
        Proposal.author_subject == author,
        Proposal.consultation_id == consultation.id,
        Proposal.state.in_(UNDECIDED),
    )
    return {row.id: row.text for row in session.execute(query)}
