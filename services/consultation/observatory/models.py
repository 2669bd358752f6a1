"""The table of défis as their operators tell of them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.consultation.base import Base
from services.consultation.observatory.rules import COUNTED, KINDS, ORIGINS, OUTCOMES, STAGES


class ObservedDefi(Base):
    """The summary of one operator's défi: no title, no person. A copy, rebuilt from events whenever need be."""

    __tablename__ = "observed_defi"
    __table_args__ = (
        CheckConstraint(f"stage IN {STAGES}", name="stage"),
        CheckConstraint(f"kind IN {KINDS}", name="kind"),
        CheckConstraint(f"outcome IN {OUTCOMES}", name="outcome"),
        CheckConstraint(f"origin_kind IN {ORIGINS}", name="origin_kind"),
        Index("ix_observed_defi_id", "id", "operator"),
        Index("ix_observed_defi_commune", "commune"),
        Index("ix_observed_defi_themes", "themes", postgresql_using="gin"),
    )

    operator: Mapped[str] = mapped_column(primary_key=True)
    """The code of the owner that told of it. Two operators may use one id: they share nothing."""
    id: Mapped[UUID] = mapped_column(primary_key=True)
    stage: Mapped[str]
    outcome: Mapped[str | None]
    """How it ended; None while it runs."""
    commune: Mapped[str | None]
    kind: Mapped[str | None]
    themes: Mapped[list[str]]
    origin_kind: Mapped[str | None]
    origin_owner: Mapped[str | None]
    origin_id: Mapped[UUID | None]
    published_at: Mapped[datetime | None]
    """None until the news of its publication has come: facts may overtake each other."""
    sequence: Mapped[int] = mapped_column(BigInteger)
    """The rank of the latest fact that stage, territory and themes come from."""
    news_at: Mapped[datetime]
    """When the latest thing told of it happened, by its operator's clock."""


class ObservedCount(Base):
    """How often something happened in one operator's défi: somebody joined it, or offered it help.

    A count of what happened, which every such fact tells whole: it does not fall when somebody leaves, takes an offer
    back or is erased. Apart from the summary, since such a fact may come before the défi is known here.
    """

    __tablename__ = "observed_count"
    __table_args__ = (
        CheckConstraint(f"what IN {COUNTED}", name="what"),
        CheckConstraint("times >= 0", name="times"),
    )

    operator: Mapped[str] = mapped_column(primary_key=True)
    defi_id: Mapped[UUID] = mapped_column(primary_key=True)
    what: Mapped[str] = mapped_column(primary_key=True)
    times: Mapped[int]
    sequence: Mapped[int] = mapped_column(BigInteger)
    """The rank of the latest fact that the count comes from."""
