"""The demo's défis as they are loaded into their operators: complete, soon, once."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from deploy.local.demo.content import person_called
from deploy.local.demo.defis import demo_defis, demo_operators
from deploy.local.demo.operators import ensure_people, load_operator
from libs.chassis.db import Database
from libs.chassis.migrations import upgrade
from libs.chassis.testing.postgres import TestServer
from libs.chassis.tokens import Grant, Principal
from services.defis.accompaniment.queries import show_worklist
from services.defis.app import MIGRATIONS
from services.defis.challenges.models import Defi
from services.defis.challenges.rules import Origin
from services.defis.core_groups.models import Member
from services.defis.gates.models import Gate
from services.defis.meetings.models import Meeting, Registration
from services.defis.pledges.models import Pledge
from services.defis.timeline.models import Entry
from services.identity.app import MIGRATIONS as IDENTITY_MIGRATIONS
from services.identity.operators.commands import add_operator
from services.identity.organisations.commands import add_organisation
from services.identity.people.rules import EmailAddress
from services.notifications.kinds.catalogue import KINDS
from services.notifications.kinds.rules import Level

Operators = dict[str, Database]
ORIGINS = {
    defi.origin: (
        Origin.ACTION if defi.origin.startswith("action:") else Origin.PROPOSAL,
        person_called(defi.origin),
    )
    for code in ("op1", "op2")
    for defi in demo_defis(code)
    if defi.origin
}


@contextmanager
def migrated(postgres: TestServer) -> Iterator[Operators]:
    """The migrated, empty databases of the demo's operators."""
    template = postgres.template("defis", lambda url: upgrade(url, MIGRATIONS))
    with ExitStack() as open_until_then:
        found = {}
        for code in demo_operators():
            url = open_until_then.enter_context(postgres.database(template))
            found[code] = Database(url, service="defis", owner=code)
            open_until_then.callback(found[code].close)
        yield found


@pytest.fixture
def operators(postgres: TestServer) -> Iterator[Operators]:
    with migrated(postgres) as found:
        yield found


@pytest.fixture(scope="module")
def loaded(postgres: TestServer) -> Iterator[Operators]:
    """Operators with the demo of this instant in them, to be read only."""
    with migrated(postgres) as found:
        assert load_all(found) == [True, True]
        yield found


def load_all(operators: Operators, now: datetime | None = None) -> list[bool]:
    return [load_operator(each, {}, ORIGINS, now or datetime.now(UTC)) for each in operators.values()]


def count(operators: Operators, *columns: object) -> Counter[tuple[object, ...]]:
    """How many rows there are, at all operators, by the values of some columns."""
    counted: Counter[tuple[object, ...]] = Counter()
    for database in operators.values():
        with database.transaction() as session:
            counted.update(tuple(row) for row in session.execute(select(*columns)))  # type: ignore[call-overload]
    return counted


def test_twelve_defis_stand_at_three_stages_in_four_kinds_of_territory(loaded: Operators) -> None:
    assert count(loaded, Defi.stage) == {
        ("informaction",): 4, ("creaction",): 4, ("activaction",): 4,
    }  # fmt: skip
    assert set(count(loaded, Defi.kind).values()) == {3}
    assert count(loaded, Defi.state) == {("published",): 11, ("completed",): 1}
    assert count(loaded, Defi.origin_kind) == {("none",): 3, ("proposal",): 7, ("action",): 2}


def test_gates_are_confirmed_refused_with_what_is_missing_and_waiting(loaded: Operators) -> None:
    assert count(loaded, Gate.state) == {("confirmed",): 9, ("refused",): 1, ("asked",): 2}
    with loaded["op1"].transaction() as session:
        refused = session.scalars(select(Gate).where(Gate.state == "refused")).one()
        assert refused.reasons == ["report_too_thin", "commitments_unclear"]
        assert refused.note is not None
        assert "Il manque trois choses" in refused.note


@pytest.mark.parametrize("code", ["op1", "op2"])
def test_a_gate_waits_for_the_ebv_of_the_territory(loaded: Operators, code: str) -> None:
    operator = demo_operators()[code]
    grants = frozenset({Grant("ebv", f"territory:{served}") for served in operator.served})
    ebv = Principal(person_called("somebody"), "account", grants)
    with loaded[code].transaction() as session:
        waiting = show_worklist(session, ebv, datetime.now(UTC))
    assert len(waiting["gates"]) == 1


def test_meetings_to_come_have_a_waiting_list_and_those_held_a_report(loaded: Operators) -> None:
    now = datetime.now(UTC)
    for database in loaded.values():
        with database.transaction() as session:
            meetings = session.scalars(select(Meeting)).all()
            waiting = session.scalar(
                select(func.count()).select_from(Registration).where(Registration.state == "waiting")
            )
        assert {meeting.state for meeting in meetings} == {"held", "scheduled"}
        assert all((meeting.state == "scheduled") == (meeting.starts_at > now) for meeting in meetings)
        assert all(meeting.minutes for meeting in meetings if meeting.state == "held")
        assert waiting


def test_everything_happened_before_now_and_in_its_order(operators: Operators) -> None:
    now = datetime.now(UTC)
    load_all(operators, now)
    for database in operators.values():
        with database.transaction() as session:
            entries = session.execute(select(Entry.defi_id, Entry.at).order_by(Entry.id)).all()
            asked = session.scalar(select(func.max(Registration.asked_at)))
        assert asked is not None
        assert asked < now
        last: dict[UUID, datetime] = {}
        for defi_id, at in entries:
            assert last.get(defi_id, at) <= at < now
            last[defi_id] = at


def test_pledges_and_people_are_those_of_the_text(loaded: Operators) -> None:
    defis = [defi for code in loaded for defi in demo_defis(code)]
    pledged = Counter((pledge.kind.value, pledge.becomes.value) for defi in defis for pledge in defi.pledges)
    assert count(loaded, Pledge.kind, Pledge.state) == pledged
    people = count(loaded, Member.role, Member.state)
    assert people[("porteur", "active")] == 12
    assert people[("core", "active")] == sum(len(defi.core) for defi in defis)
    assert people[("member", "active")] == sum(defi.members for defi in defis)
    assert people[("member", "requested")] == 3
    assert all(name for (name,) in count(loaded, Member.name))


def test_a_second_load_changes_nothing_and_keeps_what_people_did(operators: Operators) -> None:
    load_all(operators)
    database = operators["op1"]
    with database.transaction() as session:
        session.execute(text("UPDATE defi SET title = 'Autrement' WHERE title LIKE 'Rouvrir%'"))
    before = snapshot(database)
    assert load_all(operators, datetime.now(UTC) + timedelta(days=3)) == [False, False]
    assert snapshot(database) == before


def test_an_operator_that_is_none_of_the_demos_is_left_alone(postgres: TestServer) -> None:
    template = postgres.template("defis", lambda url: upgrade(url, MIGRATIONS))
    with postgres.database(template) as url:
        database = Database(url, service="defis", owner="op7")
        assert load_operator(database, {}, {}, datetime.now(UTC)) is False
        assert snapshot(database)["defi"] == []
        database.close()


def test_a_load_on_any_hour_of_any_day_is_the_same(operators: Operators) -> None:
    midnight = datetime(2028, 3, 26, 22, 30, tzinfo=UTC)  # the night after clocks change in France
    assert load_all(operators, midnight) == [True, True]


def test_loading_an_operator_takes_less_than_three_seconds(operators: Operators) -> None:
    for database in operators.values():
        began = time.process_time()
        load_operator(database, {}, ORIGINS, datetime.now(UTC))
        assert time.process_time() - began < 3


def test_those_who_have_an_account_are_known_to_their_operator_by_an_id_of_its_own(
    postgres: TestServer, operators: Operators
) -> None:
    template = postgres.template("identity", lambda url: upgrade(url, IDENTITY_MIGRATIONS))
    with postgres.database(template) as url:
        people = Database(url, service="identity", owner="coalition")
        with people.transaction() as session:
            add_operators(session)
            subjects = ensure_people(session)
        with people.transaction() as session:
            assert ensure_people(session) == subjects
            grants = {tuple(row) for row in session.execute(text("SELECT role, scope FROM role_grant"))}
        people.close()
    assert grants == {
        ("ebv", "territory:88"), ("operator_staff", "operator:op1"),
        ("ebv", "territory:35"), ("operator_staff", "operator:op2"),
    }  # fmt: skip
    load_operator(operators["op1"], subjects["op1"], {}, datetime.now(UTC))
    with operators["op1"].transaction() as session:
        notices = session.execute(
            text("SELECT subject, envelope::json #>> '{data,kind}' FROM outbox WHERE type LIKE '%_notified%'")
        ).all()
        told = Counter(subject for subject, _kind in notices)
        mailed = Counter(subject for subject, kind in notices if KINDS[kind].default is Level.AT_ONCE)
        porteurs = set(session.scalars(select(Member.subject).where(Member.role == "porteur")))
    assert 1 < told[str(subjects["op1"]["Camille"])] < 30, "told of what is new"
    assert set(mailed.values()) == {1}, "and mailed once, so that what visitors do is mailed at once too"
    assert set(told) <= {str(subject) for subject in subjects["op1"].values()}
    assert porteurs == {subjects["op1"][defi.porteur] for defi in demo_defis("op1")}


def add_operators(session: Session) -> None:
    """What identity must know of first: roles are given at operators that exist."""
    now = datetime.now(UTC)
    organisation = add_organisation(session, name="Démonstration", kind="association", url=None, now=now)
    for code in demo_operators():
        add_operator(
            session,
            code=code,
            name=code,
            organisation=organisation.id,
            contact=EmailAddress("contact@demo.example"),
            territory="Ici",
            status="active",
            now=now,
        )


def snapshot(database: Database) -> dict[str, list[object]]:
    tables = (
        "defi",
        "member",
        "meeting",
        "registration",
        "argument",
        "pledge",
        "gate",
        "outbox",
        "timeline_entry",
    )
    with database.transaction() as session:
        return {
            table: [tuple(row) for row in session.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2"))]
            for table in tables
        }
