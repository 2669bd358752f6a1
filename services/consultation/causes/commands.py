"""Starting causes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from libs.chassis.errors import Conflict
from libs.chassis.ids import uuid7
from libs.chassis.messages import N_
from services.consultation.base import Localised
from services.consultation.causes.models import Cause
from services.consultation.consultations.rules import check_dates


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCause:
    """A cause to start."""

    slug: str
    title: Localised
    mandate: Localised
    opens_at: datetime
    closes_at: datetime


def create_cause(session: Session, new: NewCause, now: datetime) -> Cause:
    """Start a cause. Raises `Invalid` on its dates, `Conflict` when the slug is taken."""
    check_dates(new.opens_at, new.closes_at)
    cause = Cause(
        id=uuid7(),
        slug=new.slug,
        title=new.title,
        mandate=new.mandate,
        opens_at=new.opens_at,
        closes_at=new.closes_at,
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(cause)
    except IntegrityError as error:
        raise Conflict("cause.slug_taken", N_("Another cause already has this short name.")) from error
    return cause
