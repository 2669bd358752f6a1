"""The demo's accounts: one for each thing there is to try. They sign in by mail, as everybody does."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from libs.chassis.tokens import Grant, Principal
from services.identity.cli import ensure_account, grant_role

COALITION = "coalition"


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """Someone to sign in as; `role` is held within the whole coalition."""

    email: str
    name: str
    role: str | None
    part: str
    """What they are in the demo, for the lists of whom to sign in as (`cast.py`)."""


CITIZEN = DemoAccount("citoyenne@demo.example", "Camille", None, "citizen")
MODERATOR = DemoAccount("moderateur@demo.example", "Mohamed", "moderator", "moderator")
COORDINATOR = DemoAccount("coordinatrice@demo.example", "Claire", "coordinator", "coordinator")
ADMINISTRATOR = DemoAccount("administrateur@demo.example", "Alain", "administrator", "administrator")
MEASURER = DemoAccount("mesure@demo.example", "Irène", None, "measurer")
ACCOUNTS = (CITIZEN, MODERATOR, COORDINATOR, ADMINISTRATOR, MEASURER)


def ensure_accounts(session: Session) -> dict[DemoAccount, Principal]:
    """Make the accounts that are missing. Returns each as the coalition's services see it."""
    return {account: _ensure(session, account) for account in ACCOUNTS}


def _ensure(session: Session, account: DemoAccount) -> Principal:
    subject: UUID = ensure_account(session, account.email, account.name)
    if account.role is None:
        return Principal(subject, "account", frozenset())
    grant_role(session, subject, account.role, COALITION)
    return Principal(subject, "account", frozenset({Grant(account.role, COALITION)}))
