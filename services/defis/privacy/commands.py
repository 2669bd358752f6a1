"""Forgetting a person: everything held of them here, in one transaction. Each feature forgets its own rows.

What others built on stays without them: a published défi, a meeting that was held, a pledge that was kept. What only
spoke of them goes.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from libs.chassis.erasure import remember_erased
from libs.chassis.erasure_log import ErasureLog
from services.defis.challenges.commands import forget_porteur
from services.defis.challenges.models import Defi
from services.defis.core_groups.commands import forget_member
from services.defis.core_groups.models import Member
from services.defis.debates.commands import forget_arguments
from services.defis.gates.commands import forget_judgements
from services.defis.meetings.registrations import forget_places
from services.defis.notices import forget_notices
from services.defis.pledges.commands import forget_pledges
from services.defis.pledges.models import Pledge
from services.defis.timeline.commands import forget_actor


def erase_subject(session: Session, subject: UUID, now: datetime) -> dict[str, int]:
    """Remove or anonymise everything held of `subject`. Returns how many of what; a second time, nothing is left.

    From now on nothing is written in their name.
    Défis that were never published go with their porteur. A published one stays: it is paused, those who accompany it
    find it on their worklist and name another porteur, and whoever counts on it is told. A place in a meeting goes to
    the first who waits.
    """
    # Défis first, as who writes a row of theirs holds one and then waits for an erasure: the two never wait crosswise.
    _hold_defis_of(session, subject)
    remember_erased(session, subject, now)
    done = forget_porteur(session, subject, now)
    done["places_freed"] = forget_places(session, subject, now)
    done |= forget_pledges(session, subject, now)
    done |= forget_member(session, subject)
    done["arguments"] = forget_arguments(session, subject)
    done["gates"] = forget_judgements(session, subject)
    done["timeline_reasons"] = forget_actor(session, subject)
    forget_notices(session, subject)
    return done


def replay_erasures(session: Session, log: ErasureLog, now: datetime) -> int:
    """Erase again whom `log` says was erased, as this database may have been restored from before; returns how many."""
    lines = list(log.read(session))
    for line in lines:
        erase_subject(session, line.subject, now)
    return len(lines)


def _hold_defis_of(session: Session, subject: UUID) -> None:
    """Hold every défi in which the person has a part, in one order, as each command holds its own."""
    pledged = select(Pledge.defi_id).where(Pledge.subject == subject)
    joined = select(Member.defi_id).where(Member.subject == subject)
    query = select(Defi.id).where(or_(Defi.id.in_(joined), Defi.id.in_(pledged)))
    session.execute(query.order_by(Defi.id).with_for_update())
