"""The demo as it is loaded: its results equal a recount, and a second start keeps what people did."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text

from deploy.local import migrations
from deploy.local.demo import voting
from deploy.local.demo.accounts import ACCOUNTS, MODERATOR, ensure_accounts
from deploy.local.demo.content import accepted_proposals, find_consultation
from deploy.local.demo.load import load_into
from deploy.local.demo.proposals import demo_proposals
from libs.chassis.db import Database
from libs.chassis.testing.postgres import TestServer
from services.consultation.moderation.commands import decide
from services.consultation.moderation.rules import Decision, Reason
from services.consultation.proposals.models import Proposal
from services.consultation.results.live import live_figures
from services.consultation.voting.models import Vote
from services.identity.cli import find_account

Installation = tuple[Database, Database]


@pytest.fixture
def installation(postgres: TestServer) -> Iterator[Installation]:
    """Two of the migrated databases of an installation: people, opinions."""
    with (
        postgres.database() as identity,
        postgres.database() as consultation,
        postgres.database() as notifications,
    ):
        addresses = {"IDENTITY": identity, "CONSULTATION": consultation, "NOTIFICATIONS": notifications}
        migrations.migrate({f"MAILLAGE_{name}_DATABASE_URL": url for name, url in addresses.items()}, print)
        people = Database(identity, service="identity", owner="coalition")
        opinions = Database(consultation, service="consultation", owner="coalition")
        yield people, opinions
        people.close()
        opinions.close()


def test_results_equal_a_recount_of_what_was_simulated(installation: Installation):
    load_into(*installation, say=lambda _text: None)
    _, opinions = installation

    recount: Counter[tuple[str, str]] = Counter()
    everyone = voting.present_crowd().votes()
    for theirs in everyone:
        recount.update((vote.proposal_key, vote.choice) for vote in theirs)
    with opinions.transaction() as session:
        figures = live_figures(session, "territoires")
        consultation = find_consultation(session)
        assert consultation is not None
        ids = accepted_proposals(session, consultation, demo_proposals())
        keys = {str(id): key for key, id in ids.items()}

    counted = Counter(
        {
            (keys[proposal.id], choice): getattr(proposal, choice)
            for proposal in figures.proposals
            if proposal.state == "accepted"
            for choice in ("agree", "disagree", "neutral")
        }
    )
    assert figures.participants == len(everyone) == 3000
    assert len(keys) == 60
    assert counted == recount


def test_a_second_start_keeps_what_people_did(installation: Installation, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(voting, "PARTICIPANTS", 50)
    monkeypatch.setattr(voting, "PAST_PARTICIPANTS", 20)
    people, opinions = installation
    load_into(people, opinions, say=print)
    with people.transaction() as session:
        moderator = ensure_accounts(session)[MODERATOR]
    with opinions.transaction() as session:
        pending = session.scalars(select(Proposal.id).where(Proposal.state == "pending")).all()
        now = datetime.now(UTC)
        decide(session, pending[0], moderator, Decision.REFUSE, reason=Reason.TEST, note=None, now=now)
    before = snapshot(opinions)

    said: list[str] = []
    load_into(people, opinions, say=said.append)

    assert snapshot(opinions) == before
    assert said == []


def test_an_interrupted_load_is_completed_at_the_next_start(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(voting, "CONSENTS_AT_ONCE", 20)
    monkeypatch.setattr(voting, "PARTICIPANTS", 50)
    monkeypatch.setattr(voting, "PAST_PARTICIPANTS", 20)
    people, opinions = installation

    class Interrupted(Exception):
        pass

    def interrupt(_done: int, _total: int) -> None:
        raise Interrupted

    with pytest.raises(Interrupted):
        load_into(people, opinions, say=print, tell=interrupt)
    crowds = voting.present_crowd(), voting.past_crowd()
    assert 0 < votes(opinions) < (whole := sum(len(theirs) for crowd in crowds for theirs in crowd.votes()))

    load_into(people, opinions, say=print)
    assert votes(opinions) == whole


def test_demo_accounts_are_the_ones_announced(installation: Installation, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(voting, "PARTICIPANTS", 1)
    monkeypatch.setattr(voting, "PAST_PARTICIPANTS", 1)
    people, opinions = installation
    load_into(people, opinions, say=print)
    with people.transaction() as session:
        found = {account.email: find_account(session, account.email) for account in ACCOUNTS}
        roles = set(session.execute(text("SELECT role FROM role_grant")).scalars())
    assert None not in found.values()
    assert len(set(found.values())) == len(ACCOUNTS)
    assert roles == {"moderator", "coordinator", "administrator"}


def test_the_consultation_is_open_and_some_proposals_wait(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(voting, "PARTICIPANTS", 1)
    monkeypatch.setattr(voting, "PAST_PARTICIPANTS", 1)
    people, opinions = installation
    load_into(people, opinions, say=print)
    now = datetime.now(UTC)
    with opinions.transaction() as session:
        consultation = find_consultation(session)
        assert consultation is not None
        assert consultation.opens_at < now < consultation.closes_at - timedelta(weeks=5)
        states = session.execute(
            select(Proposal.state, func.count())
            .where(Proposal.consultation_id == consultation.id)
            .group_by(Proposal.state)
        ).all()
        citizen = find_account_of_citizen(people)
        own = session.scalars(select(Proposal.state).where(Proposal.author_subject == citizen)).all()
        told = session.scalars(text("SELECT type FROM outbox WHERE type LIKE '%.person_notified.%'")).all()
    assert dict(states) == {"accepted": 60, "pending": 8}
    assert own == ["pending"]
    assert told == [], "invented authors read no mail"


def find_account_of_citizen(people: Database) -> object:
    with people.transaction() as session:
        return find_account(session, "citoyenne@demo.example")


def snapshot(opinions: Database) -> tuple[object, ...]:
    with opinions.transaction() as session:
        states = session.execute(select(Proposal.id, Proposal.state).order_by(Proposal.id)).all()
    return votes(opinions), states


def votes(opinions: Database) -> int:
    with opinions.transaction() as session:
        return session.scalar(select(func.count()).select_from(Vote)) or 0
