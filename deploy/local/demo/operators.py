"""Loads the demo's operators: the accounts of whom they send and of who carries a défi, and the défis themselves."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from deploy.local.demo.content import person_called
from deploy.local.demo.defis import DemoOperator, DemoPerson, demo_defis, demo_operators
from deploy.local.demo.lives import Life, Origins
from deploy.local.demo.silence import mail_only_the_latest, tell_nobody
from libs.chassis.db import Database, lock
from services.defis.challenges.models import Defi
from services.defis.standing import EBV, STAFF, operator_scope
from services.identity.cli import ensure_account, grant_role
from services.identity.people.commands import ensure_subject
from services.identity.people.queries import known_person

Subjects = dict[str, UUID]
"""The ids under which one operator knows people, by first name."""

NEWS_LASTS = timedelta(days=30)
"""How long a notice would be kept: nobody is told now of what happened before."""


def ensure_people(session: Session) -> dict[str, Subjects]:
    """Make the missing accounts and grants, in identity's database. Returns, by operator, its ids of the people.

    Raises `Invalid` unless identity knows the operators.
    """
    return {code: _ensure(session, operator) for code, operator in demo_operators().items()}


def account_holders(operator: DemoOperator) -> dict[str, DemoPerson]:
    """Those of an operator whom one can sign in as, by first name."""
    porteurs = [operator.people[defi.porteur] for defi in demo_defis(operator.code)]
    return {person.name: person for person in (operator.ebv, operator.staff, *porteurs)}


def load_operator(database: Database, subjects: Mapping[str, UUID], origins: Origins, now: datetime) -> bool:
    """Write the défis of the operator whose database it is, all or none. Returns whether they were missing.

    An operator that knows any of them is left as people made it, and one that is none of the demo's has none.
    `subjects` are its ids of those who have an account, by first name (`ensure_people`); everybody else is invented.
    A défi whose origin is not among `origins` came from nothing.
    """
    operator = demo_operators().get(database.owner)
    if operator is None:
        return False
    found = demo_defis(operator.code)
    with database.transaction() as session:
        lock(session, "demo")
        known = select(Defi.id).where(Defi.title.in_([defi.title for defi in found]))
        if session.scalars(known).first() is not None:
            return False
        everybody = _invented(operator) | dict(subjects)
        lives = [Life(session, operator, defi, everybody, now) for defi in found]
        _live(session, lives, origins, list(everybody.values()), since=now - NEWS_LASTS)
        tell_nobody(session, set(everybody.values()) - set(subjects.values()))
        mail_only_the_latest(session)
    return True


def _live(
    session: Session,
    lives: Iterable[Life],
    origins: Origins,
    everybody: Collection[UUID],
    *,
    since: datetime,
) -> None:
    """Do everything in the order it happened; people are told of what happened `since` then."""
    steps = sorted((step for life in lives for step in life.plan(origins)), key=lambda step: step.at)
    news = False
    for step in steps:
        if not news and step.at >= since:
            news = True
            tell_nobody(session, everybody)
        step.act(step.at)


def _invented(operator: DemoOperator) -> Subjects:
    names = (operator.ebv.name, operator.staff.name, *operator.people)
    return {name: person_called(f"{operator.code} {name}") for name in names}


def _ensure(session: Session, operator: DemoOperator) -> Subjects:
    grants = {
        operator.ebv: [(EBV, f"territory:{code}") for code in operator.served],
        operator.staff: [(STAFF, operator_scope(operator.code))],
    }
    subjects = {}
    for name, person in account_holders(operator).items():
        account = ensure_account(session, person.email, person.name)
        for role, scope in grants.get(person, []):
            grant_role(session, account, role, scope)
        subjects[name] = ensure_subject(session, known_person(session, account).id, operator.code)
    return subjects
