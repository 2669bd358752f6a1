"""What came of the demo's consultations, as it is told and as it is loaded: results, workshops, actions, measures."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text

from deploy.local.demo import past, workshops
from deploy.local.demo.accounts import ACCOUNTS, CITIZEN, COORDINATOR, MEASURER, MODERATOR
from deploy.local.demo.content import Actors, write_content, write_past
from deploy.local.demo.days import Days
from deploy.local.demo.load import origins_of_defis
from deploy.local.demo.outcomes import write_outcomes
from deploy.local.demo.past import past_consultation
from deploy.local.demo.proposals import demo_proposals
from deploy.local.demo.voting import Crowd, vote
from deploy.local.demo.workshops import demo_actions, demo_bodies, demo_drafts, demo_workshops
from libs.chassis.db import Database
from libs.chassis.ids import uuid7
from libs.chassis.migrations import upgrade
from libs.chassis.testing.postgres import TestServer
from libs.chassis.tokens import Grant, Principal
from services.consultation.actions.models import Action, Indicator, Measure
from services.consultation.actions.queries import shown
from services.consultation.app import MIGRATIONS
from services.consultation.results.versions import list_versions, show_version
from services.consultation.workshops.models import Workshop, WorkshopPlace
from services.defis.challenges.rules import Origin
from services.identity.organisations.rules import KINDS as ORGANISATIONS

ROLES = {MODERATOR: "moderator", COORDINATOR: "coordinator"}


def french(value: Any) -> list[str]:
    """Every French text in what was read from a file."""
    if isinstance(value, dict):
        return [found for key, inner in value.items() if key != "en" for found in french(inner)]
    if isinstance(value, list):
        return [found for inner in value for found in french(inner)]
    return [value] if isinstance(value, str) and " " in value else []


@pytest.mark.parametrize("source", [past.SOURCE, workshops.SOURCE], ids=lambda path: path.name)
def test_french_has_its_apostrophes_and_no_break_spaces(source: Any) -> None:
    for said in french(tomllib.loads(source.read_text(encoding="utf-8"))):
        assert "'" not in said
        assert not re.search(r"(?<![\u00a0\u202f]) ?[;!?»]", said), said
        assert not re.search(r"[^\u00a0]:(?!/)", said), said
        assert not re.search(r"  |\.\.\.| [,.]", said), said


def test_each_proposal_of_the_two_consultations_has_a_key_and_a_text_of_its_own() -> None:
    both = [*past_consultation().proposals, *demo_proposals()]
    assert len({proposal.key for proposal in both}) == len({proposal.text for proposal in both}) == len(both)


def test_everything_refers_to_something_that_the_demo_has() -> None:
    asked = {
        "territoires": {proposal.key for proposal in demo_proposals()},
        "deplacements": {proposal.key for proposal in past_consultation().proposals},
    }
    for workshop in demo_workshops():
        assert set(workshop.proposals) <= asked[workshop.consultation]
        assert all(set(draft.proposals) <= set(workshop.proposals) for draft in workshop.drafts)
        assert (workshop.minutes is None) == (workshop.day > 0)
    assert {action.draft for action in demo_actions()} < set(demo_drafts())
    assert {body for action in demo_actions() for body in (action.owner, action.measurer)} == set(
        demo_bodies()
    )
    assert set(demo_bodies().values()) <= set(ORGANISATIONS)


@pytest.fixture(scope="module")
def actors() -> Actors:
    return {
        account: Principal(
            uuid7(), "account", frozenset({Grant(ROLES[account], "coalition")} if account in ROLES else ())
        )
        for account in ACCOUNTS
    }


@pytest.fixture(scope="module")
def opinions(postgres: TestServer, actors: Actors) -> Iterator[Database]:
    """A consultation service with the demo of this instant in it, but few votes; to be read only."""
    template = postgres.template("consultation", lambda url: upgrade(url, MIGRATIONS))
    with postgres.database(template) as url:
        database = Database(url, service="consultation", owner="coalition")
        now = datetime.now(UTC)
        with database.transaction() as session:
            write_content(session, actors, now)
        with database.transaction() as session:
            closed = write_past(session, actors, now)
        vote(database, closed, Crowd("few", 40, past_consultation().proposals), lambda _done, _all: None)
        with database.transaction() as session:
            assert write_outcomes(session, actors, now)
        yield database
        database.close()


def test_a_second_load_changes_nothing(opinions: Database, actors: Actors) -> None:
    with opinions.transaction() as session:
        assert not write_outcomes(session, actors, datetime.now(UTC) + timedelta(days=3))
        assert session.scalar(select(func.count()).select_from(Workshop)) == len(demo_workshops())


def test_the_closed_consultation_has_final_results_that_anyone_reads(opinions: Database) -> None:
    now = datetime.now(UTC)
    with opinions.transaction() as session:
        (version,) = list_versions(session, "deplacements", None, now, cursor=None, limit=10).items
        figures = show_version(session, "deplacements", 1, None, now)["figures"]
        told = session.scalars(text("SELECT type FROM outbox ORDER BY position")).all()
    assert version["final"]
    assert figures["participants"]["total"] == 40
    assert figures["top"]
    facts = Counter(name.split(".")[2] for name in told)
    assert facts["results_published"] == facts["closed"] == 1
    assert told.index("coalition.consultation.closed.v1") < told.index(
        "coalition.consultation.results_published.v1"
    )
    assert facts["person_notified"] == 0, "invented authors read no mail"


def test_workshops_were_held_and_are_to_come_one_of_them_full(opinions: Database, actors: Actors) -> None:
    with opinions.transaction() as session:
        held = Counter(session.scalars(select(Workshop.state)).all())
        to_come = session.scalars(
            select(Workshop).where(Workshop.state == "scheduled").order_by(Workshop.starts_at)
        ).all()
        places = session.execute(
            select(WorkshopPlace.workshop_id, WorkshopPlace.state, func.count()).group_by(
                WorkshopPlace.workshop_id, WorkshopPlace.state
            )
        ).all()
        camille = session.scalars(
            select(WorkshopPlace.state).where(WorkshopPlace.subject == actors[CITIZEN].subject)
        ).all()
    taken = {(workshop, state): number for workshop, state, number in places}
    full, online = (workshop.id for workshop in to_come)
    assert held == {"held": 2, "scheduled": 2}
    assert (taken[full, "registered"], taken[full, "waiting"]) == (24, 3)
    assert (taken[online, "registered"], taken.get((online, "waiting"))) == (38, None)
    assert set(camille) == {"registered"}


def test_two_actions_are_under_way_measured_by_another_and_drafts_wait(opinions: Database) -> None:
    with opinions.transaction() as session:
        found = session.scalars(select(Action)).all()
        views = shown(session, found, None, datetime.now(UTC).date())
        bodies = [(action.owner, action.measurer) for action in found if action.status == "under_way"]
    assert Counter(view["status"] for view in views) == {"under_way": 2, "draft": 2}
    assert all(view["proposals"] and view["workshop"] for view in views)
    assert len(bodies) == 2
    assert all(owner and measurer and owner != measurer for owner, measurer in bodies)
    for view in views:
        if view["status"] == "under_way":
            milestones = view["milestones"]
            assert any(milestone["reached_on"] for milestone in milestones)
            assert any(milestone["late"] for milestone in milestones)
    assert {view["late"] for view in views if view["status"] == "under_way"} == {True, False}


def test_measures_are_dated_shown_by_kind_and_one_was_corrected(opinions: Database, actors: Actors) -> None:
    days = Days(datetime.now(UTC))
    with opinions.transaction() as session:
        measures = session.scalars(select(Measure)).all()
        indicators = session.scalars(select(Indicator)).all()
        account = session.scalars(select(Action.measurer_account).where(Action.status == "under_way")).all()
    assert set(account) == {actors[MEASURER].subject}
    assert all(indicator.baseline != indicator.target for indicator in indicators)
    assert Counter(measure.indicator_id for measure in measures).keys() == {each.id for each in indicators}
    assert {measure.kind for measure in measures} >= {None, "rural", "petite_ville"}
    (correction,) = [measure for measure in measures if measure.corrects]
    assert correction.reason
    assert max(measure.measured_on for measure in measures) < days.date(0)


def test_the_demos_defis_can_name_the_actions_and_proposals_they_come_from(opinions: Database) -> None:
    with opinions.transaction() as session:
        origins = origins_of_defis(session)
        actions = set(session.scalars(select(Action.id)).all())
    assert {id for kind, id in origins.values() if kind is Origin.ACTION} == actions
    assert "action:ecole-sans-moteur" in origins
    assert origins["bus-medical"][0] is origins["ecole-a-pied"][0] is Origin.PROPOSAL
