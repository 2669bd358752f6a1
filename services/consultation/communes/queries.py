"""What is known here of a commune: who acts in and near it, what was asked for last, what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from libs.chassis.errors import NotFound
from libs.chassis.messages import N_
from services.consultation.actions.models import Action
from services.consultation.actions.rules import Status
from services.consultation.consultations.models import Consultation
from services.consultation.consultations.rules import status
from services.consultation.observatory.models import ObservedDefi
from services.consultation.observatory.rules import departement_of, known_commune
from services.consultation.results.queries import summary
from services.consultation.scoring.rules import Zone
from services.consultation.tallies.recent import RecentFigures

MOST_DEFIS = 6
"""Of the commune, and as many of the rest of its département."""
MOST_ASKED = 3
MOST_ACTIONS = 3

_SHOWN_ACTIONS = (Status.PLANNED.value, Status.UNDER_WAY.value, Status.DONE.value)


def show_commune(session: Session, commune: str, recent: RecentFigures, now: datetime) -> dict[str, Any]:
    """A commune as `CommuneSchema` shows it. Raises `NotFound` for what is no code of one."""
    if known_commune(commune) is None:
        raise NotFound("commune.unknown", N_("There is no commune with this code."))
    departement = departement_of(commune)
    here = ObservedDefi.commune == commune
    near = ObservedDefi.commune.startswith(departement) & (ObservedDefi.commune != commune)
    consultation = _last_consultation(session, now)
    return {
        "commune": commune,
        "departement": departement,
        "running": {"commune": _count(session, here), "departement": _count(session, here | near)},
        "here": _running(session, here),
        "near": _running(session, near),
        "asked": _asked(session, consultation, recent, now) if consultation else None,
        "actions": _actions(session, consultation) if consultation else [],
    }


def _running(session: Session, where: ColumnElement[bool]) -> list[ObservedDefi]:
    query = select(ObservedDefi).where(where, ObservedDefi.outcome.is_(None))
    return list(session.scalars(query.order_by(ObservedDefi.id.desc()).limit(MOST_DEFIS)))


def _count(session: Session, where: ColumnElement[bool]) -> int:
    query = select(func.count()).select_from(ObservedDefi).where(where, ObservedDefi.outcome.is_(None))
    return session.scalars(query).one()


def _last_consultation(session: Session, now: datetime) -> Consultation | None:
    """The one that is open, else the one that closed last. Imports are about somewhere else, and left out."""
    query = (
        select(Consultation)
        .where(Consultation.archived_at.is_(None), Consultation.opens_at <= now)
        .order_by(func.least(Consultation.closes_at, now).desc(), Consultation.opens_at.desc())
        .limit(1)
    )
    return session.scalars(query).one_or_none()


def _asked(
    session: Session, consultation: Consultation, recent: RecentFigures, now: datetime
) -> dict[str, Any]:
    """What the whole country brought forward: below it, figures are published by release only, and none is yet."""
    results = summary(session, consultation.slug, recent, now)
    agreed = [one for one in results["top"] if one.zone is Zone.CONSENSUS]
    return {
        "consultation": consultation,
        "status": status(consultation.opens_at, consultation.closes_at, now),
        "participants": results["participants"].participants,
        "votes": results["votes"],
        "computed_at": results["computed_at"],
        "top": agreed[:MOST_ASKED],
    }


def _actions(session: Session, consultation: Consultation) -> list[Action]:
    """Those of the consultation's cause that somebody answers for, the newest first."""
    query = select(Action).where(Action.cause_id == consultation.cause_id, Action.status.in_(_SHOWN_ACTIONS))
    return list(session.scalars(query.order_by(Action.id.desc()).limit(MOST_ACTIONS)))
