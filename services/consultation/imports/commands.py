"""Bringing a conversation of Pol.is here, all of it or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import psycopg
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from libs.chassis.db import Database, lock
from libs.chassis.ids import uuid4, uuid7
from services.consultation.consultations.models import Consultation
from services.consultation.imports.polis import PolisExport, Progress, read_export
from services.consultation.imports.rules import (
    REFUSED_BECAUSE,
    UNKNOWN_LANGUAGE,
    at,
    check_same,
    check_slug,
    dates_of,
    digest_of,
    provenance_of,
    slug_taken,
)
from services.consultation.participants.models import Participant
from services.consultation.proposals.models import Proposal
from services.consultation.voting.models import Vote
from services.consultation.voting.rules import CHOICE_CODES, Provenance

_NO_QUALIFIERS: Final = 0
_VERIFIED: Final = True
_TOLD_EVERY: Final = 5000


@dataclass(frozen=True, slots=True)
class Imported:
    """What stands in the database after an import. `new` is false where it stood there before."""

    consultation_id: UUID
    proposals: int
    participants: int
    votes: int
    new: bool


def import_polis(database: Database, folder: Path, slug: str, progress: Progress | None = None) -> Imported:
    """Import the export of Pol.is in `folder` as the consultation `slug`: closed, archived, without any event.

    The whole folder is read and validated before anything is written, then written in one transaction. The same
    export a second time changes nothing. Raises `InvalidExport` on a folder that is not sound, `Conflict` when
    something else stands at `slug`, `Invalid` on a slug that is none.
    """
    check_slug(slug)
    export = read_export(folder, progress)
    digest = digest_of(export)
    with database.transaction() as session:
        # Of two imports of one slug at once, the second waits here, and finds what the first made.
        lock(session, f"consultation {slug}")
        standing = session.scalar(select(Consultation).where(Consultation.slug == slug))
        if standing is not None:
            check_same(slug, standing.provenance, digest)
            return _standing(session, standing)
        return _write(session, export, slug, digest, datetime.now(UTC), progress)


def _write(
    session: Session, export: PolisExport, slug: str, digest: str, now: datetime, progress: Progress | None
) -> Imported:
    consultation = _consultation(export, slug, digest, now)
    session.add(consultation)
    try:
        session.flush()
    except IntegrityError as error:  # made by hand since we looked: that command does not take our lock
        raise slug_taken(slug) from error
    driver = session.connection().connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    proposals = _copy_proposals(driver, export, consultation)
    participants = _copy_participants(driver, export, consultation)
    _copy_votes(driver, export, consultation, proposals, participants, progress)
    return Imported(consultation.id, len(proposals), len(participants), len(export.votes), new=True)


def _standing(session: Session, consultation: Consultation) -> Imported:
    def count(table: type[Proposal | Participant | Vote]) -> int:
        rows = select(func.count()).select_from(table).where(table.consultation_id == consultation.id)
        return session.scalars(rows).one()

    return Imported(consultation.id, count(Proposal), count(Participant), count(Vote), new=False)


def _consultation(export: PolisExport, slug: str, digest: str, now: datetime) -> Consultation:
    """The archived consultation. It belongs to no cause, and has no governance: nobody takes part in it."""
    title = export.title or slug
    opens_at, closes_at = dates_of(export, now)
    return Consultation(
        id=uuid7(),
        slug=slug,
        title={"fr": title},
        question={"fr": title},
        introduction={"fr": export.description or ""},
        languages=[UNKNOWN_LANGUAGE],
        opens_at=opens_at,
        closes_at=closes_at,
        archived_at=now,
        can_propose=False,
        proposal_prefix="",
        proposal_min=1,
        proposal_max=max([1, *(len(comment.text) for comment in export.comments)]),
        consent_version=0,
        consent_text={"fr": ""},
        provenance=provenance_of(export, digest, now),
        opening_recorded=True,
        closing_recorded=True,
        created_at=now,
    )


def _copy_proposals(
    connection: psycopg.Connection[Any], export: PolisExport, consultation: Consultation
) -> dict[str, UUID]:
    """The proposals' ids by the comments' own."""
    ids = {comment.id: uuid7() for comment in export.comments}
    rows = (
        (
            ids[comment.id],
            consultation.id,
            comment.id,
            comment.text,
            UNKNOWN_LANGUAGE,
            comment.state,
            REFUSED_BECAUSE if comment.state == "refused" else None,
            comment.submitted_at or consultation.opens_at,
        )
        for comment in export.comments
    )
    columns = "id, consultation_id, source_id, text, language, state, reason, submitted_at"
    _copy(connection, f"COPY proposal ({columns}) FROM STDIN", rows)
    return ids


def _copy_participants(
    connection: psycopg.Connection[Any], export: PolisExport, consultation: Consultation
) -> dict[int, UUID]:
    """The participants' ids by their numbers in the export."""
    ids = {number: uuid4() for number in {vote.participant for vote in export.votes}}
    rows = ((id, consultation.id, "import", str(number)) for number, id in ids.items())
    _copy(connection, "COPY participant (id, consultation_id, class, subject) FROM STDIN", rows)
    return ids


def _copy_votes(
    connection: psycopg.Connection[Any],
    export: PolisExport,
    consultation: Consultation,
    proposals: dict[str, UUID],
    participants: dict[int, UUID],
    progress: Progress | None,
) -> None:
    """Write the votes. One without a time, as those of a matrix, is dated from the end of the conversation."""

    def rows() -> Iterator[tuple[Any, ...]]:
        for done, vote in enumerate(export.votes):
            if progress and done % _TOLD_EVERY == 0:
                progress("votes", done, len(export.votes))
            yield (
                participants[vote.participant],
                proposals[vote.comment],
                consultation.id,
                CHOICE_CODES[vote.choice],
                _NO_QUALIFIERS,
                Provenance.IMPORT.value,
                _VERIFIED,
                consultation.closes_at if vote.at_ms is None else at(vote.at_ms),
            )
        if progress:
            progress("votes", len(export.votes), len(export.votes))

    columns = (
        "participant_id, proposal_id, consultation_id, choice, qualifiers, provenance, verified, voted_at"
    )
    _copy(connection, f"COPY vote ({columns}) FROM STDIN", rows())


def _copy(connection: psycopg.Connection[Any], statement: str, rows: Iterator[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
        for row in rows:
            copy.write_row(row)
