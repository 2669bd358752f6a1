"""Fills an installation with the demo, once: what is there already is kept as people left it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from deploy.local import settings
from deploy.local.demo.accounts import CITIZEN, ensure_accounts
from deploy.local.demo.cast import cast
from deploy.local.demo.content import (
    Actors,
    accepted_proposals,
    find_consultation,
    write_content,
    write_past,
)
from deploy.local.demo.following import FOLLOWED, follow_proposals
from deploy.local.demo.hosts import ensure_bodies, ensure_hosts
from deploy.local.demo.lives import Origins
from deploy.local.demo.operators import ensure_people, load_operator
from deploy.local.demo.outcomes import actions_by_draft, demo_proposals_of, write_outcomes
from deploy.local.demo.past import past_consultation
from deploy.local.demo.voting import all_have_voted, past_crowd, present_crowd, vote
from libs.chassis.db import Database
from services.consultation.settings import ConsultationSettings
from services.defis.challenges.rules import Origin
from services.identity.settings import IdentitySettings
from services.identity.territories.commands import load_shipped
from services.notifications.settings import NotificationsSettings

TELL_EVERY = 500


def load(environ: Mapping[str, str], say: Callable[[str], None]) -> None:
    """Make what is missing of the demo: accounts, organisations, consultations, votes, what came of them, défis."""
    identity, consultation, notifications = settings.read(
        environ, IdentitySettings, ConsultationSettings, NotificationsSettings
    )
    with ExitStack() as opened:

        def database(its: Any, service: str) -> Database:
            made = Database(its.database_url, service=service, owner=its.owner)
            opened.callback(made.close)
            return made

        people, opinions = database(identity, "identity"), database(consultation, "consultation")
        with people.transaction() as session:
            # Where they are not there yet: in containers, the worker may be about to.
            if load_shipped(session, datetime.now(UTC)):
                say("Loading the demo: the territories of France…")
        load_into(people, opinions, say, notices=database(notifications, "notifications"))
        load_defis(people, opinions, [database(its, "defis") for its in settings.read_defis(environ)], say)


def load_into(
    people: Database,
    opinions: Database,
    say: Callable[[str], None],
    tell: Callable[[int, int], None] | None = None,
    notices: Database | None = None,
) -> None:
    """Load the demo into the databases of identity and of consultation; `tell` hears how many of how many voted.

    Where the database of notifications is given as `notices`, somebody follows what becomes of two proposals.
    """
    with people.transaction() as session:
        actors = ensure_accounts(session)
        ensure_hosts(session, datetime.now(UTC))
        ensure_bodies(session, datetime.now(UTC))
    with opinions.transaction() as session:
        found = find_consultation(session)
    if found is None:
        say("Loading the demo: the cause, its consultation, the proposals…")
        with opinions.transaction() as session:
            found = write_content(session, actors, datetime.now(UTC))
    if not all_have_voted(opinions, present_crowd()):
        vote(opinions, found, present_crowd(), tell or _progress(say))
    _load_past(opinions, notices, actors, say)


def _load_past(
    opinions: Database, notices: Database | None, actors: Actors, say: Callable[[str], None]
) -> None:
    """Load the closed consultation, and what came of it and of the open one."""
    with opinions.transaction() as session:
        past = find_consultation(session, past_consultation().text)
    if past is None:
        say("Loading the demo: the consultation that came before…")
        with opinions.transaction() as session:
            past = write_past(session, actors, datetime.now(UTC))
            known = accepted_proposals(session, past, past_consultation().proposals)
        if notices is not None:
            with notices.transaction() as session:
                followed = [known[key] for key in FOLLOWED]
                follow_proposals(session, actors[CITIZEN].subject, past.id, followed, datetime.now(UTC))
    if not all_have_voted(opinions, past_crowd()):
        vote(opinions, past, past_crowd(), lambda _done, _all: None)
    with opinions.transaction() as session:
        if write_outcomes(session, actors, datetime.now(UTC)):
            say("Loading the demo: results, workshops, actions and their measures…")


def load_defis(
    people: Database, opinions: Database, operators: Sequence[Database], say: Callable[[str], None]
) -> None:
    """Load the demo's défis into the databases of its operators, once identity and consultation have the rest."""
    with people.transaction() as session:
        accounts = ensure_people(session)
    with opinions.transaction() as session:
        origins = origins_of_defis(session)
    for operator in operators:
        known = accounts.get(operator.owner, {})
        if load_operator(operator, known, origins, datetime.now(UTC)):
            say(f"Loading the demo: the défis of {operator.owner}…")


def origins_of_defis(session: Session) -> Origins:
    """What the demo's défis may have come from: its proposals and its actions, as consultation has them."""
    past, present = find_consultation(session, past_consultation().text), find_consultation(session)
    proposals = demo_proposals_of(session, past, present) if past and present else {}
    actions = actions_by_draft(session)
    return {key: (Origin.PROPOSAL, id) for key, id in proposals.items()} | {
        f"action:{key}": (Origin.ACTION, id) for key, id in actions.items()
    }


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
    lines += [f"    {member}" for member in cast()]
    return "\n".join([*lines, "", "  Ctrl-C ends everything; what was done is kept.", ""])
