"""Published versions of results: what is kept of the figures, who sees which version, and how one is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Function, cast, func, select, true
from sqlalchemy.dialects.postgresql import JSONB, JSONPATH
from sqlalchemy.orm import Session, aliased, undefer

from libs.chassis.errors import NotFound
from libs.chassis.messages import N_
from libs.chassis.paging import Page, decode_cursor, page
from libs.chassis.tokens import Principal
from services.consultation.base import Document
from services.consultation.consultations.models import Consultation
from services.consultation.consultations.queries import get_consultation
from services.consultation.results.models import ResultsVersion
from services.consultation.results.queries import Counted, public_texts
from services.consultation.results.rules import may_publish
from services.consultation.results.schemas import RESULTS, SCORED_PROPOSAL

LISTS = ("top", "controversies", "rejections", "neutral")
"""The lists of proposals within a summary."""


def frozen_figures(counted: Counted) -> Document:
    """The summary as it is kept: in JSON, without the texts of proposals."""
    figures: Document = RESULTS.dump(counted.summary)
    return figures | {name: [_without_text(entry) for entry in figures[name]] for name in LISTS}


def frozen_proposals(counted: Counted) -> list[Document]:
    """Every proposal as it is kept."""
    return [_without_text(SCORED_PROPOSAL.dump(proposal)) for proposal in counted.proposals]


def list_versions(
    session: Session, slug: str, caller: Principal | None, now: datetime, *, cursor: str | None, limit: int
) -> Page[dict[str, Any]]:
    """A page of the versions that `caller` may know of, the newest first, without their figures."""
    consultation = get_consultation(session, slug)
    listing = f"versions:{slug}"
    after = decode_cursor(listing, cursor, int)
    query = select(ResultsVersion).where(_seen_by(consultation, caller, now))
    if after is not None:
        query = query.where(ResultsVersion.number < after[0])
    rows = session.scalars(query.order_by(ResultsVersion.number.desc()).limit(limit + 1)).all()
    found = page(listing, rows, limit, lambda version: [version.number])
    corrections = _corrections(session, consultation, caller, now)
    return Page([_shown(version, slug, corrections) for version in found.items], found.next)


def show_version(
    session: Session, slug: str, number: int, caller: Principal | None, now: datetime
) -> dict[str, Any]:
    """One version with its figures, as they were frozen. Raises `NotFound`, also under an embargo."""
    consultation = get_consultation(session, slug)
    version = _get_version(session, consultation, number, caller, now)
    figures = version.figures
    texts = public_texts(
        session, consultation.id, {UUID(each["id"]) for name in LISTS for each in figures[name]}
    )
    lists = {name: _with_texts(figures[name], texts) for name in LISTS}
    shown = _shown(version, slug, _corrections(session, consultation, caller, now))
    return shown | {"figures": figures | lists}


def list_frozen(
    session: Session,
    slug: str,
    number: int,
    caller: Principal | None,
    now: datetime,
    *,
    cursor: str | None,
    limit: int,
) -> Page[dict[str, Any]]:
    """A page of the proposals of a version, the best first. Raises `NotFound`, also under an embargo."""
    consultation = get_consultation(session, slug)
    version = _get_version(session, consultation, number, caller, now)
    listing = f"frozen:{slug}:{number}"
    after = decode_cursor(listing, cursor, int)
    first = after[0] if after else 0
    kept = session.scalar(
        select(_entries(first, first + limit)).where(
            ResultsVersion.consultation_id == consultation.id, ResultsVersion.number == version.number
        )
    )
    found = page(listing, kept or [], limit, lambda _entry: [first + limit])
    texts = public_texts(session, consultation.id, {UUID(entry["id"]) for entry in found.items})
    return Page(_with_texts(found.items, texts), found.next)


def correction_of(session: Session, version: ResultsVersion) -> int | None:
    """The number of the version that corrects this one, public or not."""
    return session.scalar(
        select(ResultsVersion.number).where(
            ResultsVersion.consultation_id == version.consultation_id,
            ResultsVersion.corrects == version.number,
        )
    )


def _get_version(
    session: Session, consultation: Consultation, number: int, caller: Principal | None, now: datetime
) -> ResultsVersion:
    version = session.scalar(
        select(ResultsVersion)
        .where(ResultsVersion.number == number, _seen_by(consultation, caller, now))
        .options(undefer(ResultsVersion.figures))
    )
    if version is None:
        raise NotFound("results.unknown", N_("There is no such version of the results."))
    return version


def _entries(first: int, last: int) -> Function[Any]:
    """Some of the proposals of a version: the database reads the thousands of others alone."""
    path, places = cast("$[$first to $last]", JSONPATH), cast({"first": first, "last": last}, JSONB)
    return func.jsonb_path_query_array(ResultsVersion.proposals, path, places, type_=JSONB)


def _seen_by(
    consultation: Consultation,
    caller: Principal | None,
    now: datetime,
    version: type[ResultsVersion] = ResultsVersion,
) -> ColumnElement[bool]:
    """The one place that decides who knows of which version: all of them whoever publishes, else the public ones."""
    public = true() if may_publish(caller, consultation.cause_id) else version.public_at <= now
    return (version.consultation_id == consultation.id) & public


def _corrections(
    session: Session, consultation: Consultation, caller: Principal | None, now: datetime
) -> Mapping[int, int]:
    """The corrections that `caller` may know of, by the version that each corrects."""
    correction = aliased(ResultsVersion)
    rows = session.execute(
        select(correction.corrects, correction.number).where(
            _seen_by(consultation, caller, now, correction), correction.corrects.is_not(None)
        )
    )
    return {row.corrects: row.number for row in rows}


def _shown(version: ResultsVersion, slug: str, corrections: Mapping[int, int]) -> dict[str, Any]:
    stored = ("number", "computed_at", "published_at", "embargo_until", "final", "note", "corrects")
    return {name: getattr(version, name) for name in stored} | {
        "consultation": slug,
        "corrected_by": corrections.get(version.number),
    }


def _without_text(entry: Mapping[str, Any]) -> Document:
    return {name: value for name, value in entry.items() if name != "text"}


def _with_texts(entries: Iterable[Mapping[str, Any]], texts: Mapping[UUID, str]) -> list[Document]:
    return [{**entry, "text": texts.get(UUID(entry["id"]))} for entry in entries]
