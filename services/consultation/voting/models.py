"""The table of votes: one row a participant and proposal, enforced by its key."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from services.consultation.base import Base


class Vote(Base):
    """What a participant thinks of a proposal. Voting again changes the row; withdrawing deletes it.

    `choice` is 1 agree, −1 disagree, 0 neutral, as in the matrix that opinion groups are computed from.
    `qualifiers` is a set in nine bits, bit i being `QUALIFIER_KEYS[i]` of the scorer: bits 0–2 belong to agree, 3–5
    to disagree, 6–8 to neutral. A bitmask because every count of qualifiers reads every vote, and an integer is
    read without being unpacked. `provenance` is a `voting.rules.Provenance`.
    """

    __tablename__ = "vote"
    __table_args__ = (
        ForeignKeyConstraint(
            ["consultation_id", "proposal_id"],
            ["proposal.consultation_id", "proposal.id"],
            name="fk_vote_proposal",
        ),
        CheckConstraint("choice BETWEEN -1 AND 1", name="choice"),
        CheckConstraint(
            "qualifiers & ~(CASE choice WHEN 1 THEN 7 WHEN -1 THEN 56 ELSE 448 END) = 0",
            name="qualifiers_of_the_side",
        ),
        # Everything a tally counts stands in the index, in the order it is grouped by: no sort, no visit to the table.
        Index(
            "ix_vote_tally",
            "consultation_id",
            "proposal_id",
            postgresql_include=["choice", "qualifiers", "provenance", "verified"],
        ),
    )

    participant_id: Mapped[UUID] = mapped_column(ForeignKey("participant.id"), primary_key=True)
    proposal_id: Mapped[UUID] = mapped_column(primary_key=True)
    consultation_id: Mapped[UUID]
    choice: Mapped[int] = mapped_column(SmallInteger)
    qualifiers: Mapped[int] = mapped_column(SmallInteger)
    provenance: Mapped[int] = mapped_column(SmallInteger)
    verified: Mapped[bool]
    voted_at: Mapped[datetime]
