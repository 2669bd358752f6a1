"""Keeping the summaries of défis as their operators tell of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import case, func, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from libs.contracts.envelope import Envelope
from services.consultation.observatory.models import ObservedCount, ObservedDefi
from services.consultation.observatory.rules import known_commune, known_kind, known_themes


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a défi stands after a fact, as every fact about one says it."""

    stage: str
    commune: str
    kind: str | None
    themes: Sequence[str]


def keep(
    session: Session, envelope: Envelope, defi_id: UUID, standing: Standing, settled: Mapping[str, Any]
) -> None:
    """Write one fact into the summary of its défi, in one statement.

    The standing counts if the fact is the latest heard of that défi. `settled` are columns that one fact alone tells
    and none takes back (its origin, its end), written whenever it comes. So any order of facts, and any repetition of
    them, ends with the same row.
    """
    latest = {
        "stage": standing.stage,
        "commune": known_commune(standing.commune),
        "kind": known_kind(standing.kind),
        "themes": known_themes(standing.themes),
        "sequence": envelope.sequence,
    }
    statement = insert(ObservedDefi).values(
        operator=envelope.owner, id=defi_id, news_at=envelope.time, **latest, **settled
    )
    new, old = statement.excluded, ObservedDefi
    newer = new.sequence > old.sequence
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[old.operator, old.id],
            set_={
                **{name: _either(newer, new[name], getattr(old, name)) for name in latest},
                **{name: new[name] for name in settled},
                "news_at": func.greatest(new.news_at, old.news_at),
            },
        )
    )


def keep_count(session: Session, envelope: Envelope, defi_id: UUID, what: str, times: int) -> None:
    """Write down how often `what` has happened in a défi, if the fact is the latest heard of that.

    Every fact tells the whole count, so that any order and any repetition of them ends with the same row, and one that
    was lost is made good by the next.
    """
    told = {"times": times, "sequence": envelope.sequence}
    statement = insert(ObservedCount).values(operator=envelope.owner, defi_id=defi_id, what=what, **told)
    new, old = statement.excluded, ObservedCount
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[old.operator, old.defi_id, old.what],
            set_={name: new[name] for name in told},
            where=new.sequence > old.sequence,
        )
    )
    defi = (ObservedDefi.operator == envelope.owner, ObservedDefi.id == defi_id)
    latest = func.greatest(ObservedDefi.news_at, envelope.time)
    session.execute(update(ObservedDefi).where(*defi).values(news_at=latest))


def _either(newer: Any, new: Any, old: Any) -> Any:
    return case((newer, new), else_=old)
