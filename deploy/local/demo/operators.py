"""The people of the demo's operators who have an account: whom each sends, and who carries its défis."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from deploy.local.demo.defis import DemoOperator, DemoPerson, demo_defis, demo_operators
from services.defis.standing import EBV, STAFF, operator_scope
from services.identity.cli import ensure_account, grant_role
from services.identity.people.commands import ensure_subject
from services.identity.people.queries import known_person

Subjects = dict[str, UUID]
"""The ids under which one operator knows people, by first name."""


def ensure_people(session: Session) -> dict[str, Subjects]:
    """Make the missing accounts and grants, in identity's database. Returns, by operator, its ids of the people.

    Raises `Invalid` unless identity knows the operators.
    """
    return {code: _ensure(session, operator) for code, operator in demo_operators().items()}


def account_holders(operator: DemoOperator) -> dict[str, DemoPerson]:
    """Those of an operator whom one can sign in as, by first name."""
    porteurs = [operator.people[defi.porteur] for defi in demo_defis(operator.code)]
    return {person.name: person for person in (operator.ebv, operator.staff, *porteurs)}


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
