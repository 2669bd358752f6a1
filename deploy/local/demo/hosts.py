"""The demo's organisations, all invented, as identity knows them: operators, and bodies of actions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from deploy.local.demo.defis import demo_operators
from deploy.local.demo.workshops import demo_bodies
from services.identity.operators.commands import add_operator, serve
from services.identity.operators.queries import get_operator, operator_exists
from services.identity.organisations.commands import add_organisation
from services.identity.organisations.models import Organisation
from services.identity.organisations.rules import sort_key
from services.identity.people.rules import EmailAddress


@dataclass(frozen=True, slots=True)
class DemoHost:
    """An operator, called as the organisation that it is."""

    code: str
    name: str
    territory: str


HOSTS = (
    DemoHost("op1", "Le Relais des défis vosgiens (démonstration)", "Les Vosges"),
    DemoHost("op2", "L’Atelier des défis rennais (démonstration)", "L’Ille-et-Vilaine"),
)


def ensure_hosts(session: Session, now: datetime) -> None:
    """Make the operators that are missing, each with its organisation; what became of the others is kept.

    One that serves nothing is from before operators were known by what they serve.
    """
    for host in HOSTS:
        if not operator_exists(session, host.code):
            _add(session, host, now)
        operator = get_operator(session, host.code)
        if operator.status == "active" and not operator.territories:
            serve(session, operator, demo_operators()[host.code].served)


def ensure_bodies(session: Session, now: datetime) -> None:
    """Make the organisations that are missing of those that carry out or measure an action."""
    for name, kind in demo_bodies().items():
        if _organisation(session, name) is None:
            add_organisation(session, name=name, kind=kind, url=None, now=now)


def _organisation(session: Session, name: str) -> Organisation | None:
    return session.scalar(select(Organisation).where(Organisation.sort_key == sort_key(name)))


def _add(session: Session, host: DemoHost, now: datetime) -> None:
    organisation = _organisation(session, host.name) or add_organisation(
        session, name=host.name, kind="association", url=None, now=now
    )
    add_operator(
        session,
        code=host.code,
        name=host.name,
        organisation=organisation.id,
        contact=EmailAddress(f"contact-{host.code}@demo.example"),
        territory=host.territory,
        status="active",
        now=now,
    )
