"""Fills an installation with the demo, once: what is there already is kept as people left it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

from deploy.local import settings
from deploy.local.demo.accounts import ACCOUNTS, ensure_accounts
from deploy.local.demo.content import accepted_proposals, find_consultation, write_content
from deploy.local.demo.defis import demo_operators
from deploy.local.demo.hosts import ensure_hosts
from deploy.local.demo.operators import ensure_people, load_operator
from deploy.local.demo.voting import all_have_voted, vote
from libs.chassis.db import Database
from services.consultation.settings import ConsultationSettings
from services.identity.settings import IdentitySettings

TELL_EVERY = 500


def load(environ: Mapping[str, str], say: Callable[[str], None]) -> None:
    """Make the demo's accounts, operators, cause, consultation, proposals, votes and défis, where they are missing."""
    identity, consultation = settings.read(environ, IdentitySettings, ConsultationSettings)
    with ExitStack() as opened:

        def database(its: Any, service: str) -> Database:
            made = Database(its.database_url, service=service, owner=its.owner)
            opened.callback(made.close)
            return made

        people, opinions = database(identity, "identity"), database(consultation, "consultation")
        load_into(people, opinions, say)
        load_defis(people, opinions, [database(its, "defis") for its in settings.read_defis(environ)], say)


def load_into(
    people: Database,
    opinions: Database,
    say: Callable[[str], None],
    tell: Callable[[int, int], None] | None = None,
) -> None:
    """Load the demo into the databases of identity and of consultation; `tell` hears how many of how many voted."""
    with people.transaction() as session:
        actors = ensure_accounts(session)
        ensure_hosts(session, datetime.now(UTC))
    with opinions.transaction() as session:
        found = find_consultation(session)
    if found is None:
        say("Loading the demo: the cause, its consultation, the proposals…")
        with opinions.transaction() as session:
            found = write_content(session, actors, datetime.now(UTC))
    if not all_have_voted(opinions):
        vote(opinions, found, tell or _progress(say))


def load_defis(
    people: Database, opinions: Database, operators: Sequence[Database], say: Callable[[str], None]
) -> None:
    """Load the demo's défis into the databases of its operators, once identity and consultation have the rest."""
    with people.transaction() as session:
        accounts = ensure_people(session)
    with opinions.transaction() as session:
        consultation = find_consultation(session)
        origins = accepted_proposals(session, consultation) if consultation else {}
    for operator in operators:
        known = accounts.get(operator.owner, {})
        if load_operator(operator, known, origins, datetime.now(UTC)):
            say(f"Loading the demo: the défis of {operator.owner}…")


def _progress(say: Callable[[str], None]) -> Callable[[int, int], None]:
    def tell(done: int, total: int) -> None:
        if done % TELL_EVERY == 0 or done == total:
            say(f"Loading the demo: {done} of {total} participants have voted…")

    return tell


def welcome(url: str) -> str:
    """What to say when the demo is ready at `url`: where it is, and whom to sign in as."""
    lines = [
        "",
        f"  Maillage runs at {url}",
        "",
        "  Sign in as one of these; their mail arrives at " + f"{url}/demo/mail",
    ]
    lines += [f"    {account.email:30} {account.name}, {account.can}" for account in ACCOUNTS]
    for operator in demo_operators().values():
        lines += [
            f"    {operator.ebv.email:30} {operator.ebv.name}, accompanies défis ({operator.code})",
            f"    {operator.staff.email:30} {operator.staff.name}, works for the operator {operator.code}",
        ]
    return "\n".join([*lines, "", "  Ctrl-C ends everything; what was done is kept.", ""])
