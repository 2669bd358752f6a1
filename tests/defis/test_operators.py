"""Two operators in one process keep apart; the tables are those that the code expects."""

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from libs.chassis.db import Database
from libs.chassis.testing.postgres import TestServer
from services.defis.base import Base
from services.defis.settings import DefisSettings
from tests.defis.conftest import DRAFT, Tokens, make_client, migrated


@pytest.fixture
def other(postgres: TestServer) -> Iterator[Database]:
    """The database of another operator."""
    with migrated(postgres, "op2") as database:
        yield database


def test_each_operator_answers_under_its_own_address_with_its_own_data(
    database: Database, other: Database, tokens: Tokens
) -> None:
    first, second = make_client(database, tokens), make_client(other, tokens)
    here, there = tokens.account(), tokens.account(audience="op2")
    made = first.post("/api/territories/op1/v1/defis", json=DRAFT, headers=here.headers)
    assert (made.status_code, made.json["operator"]) == (201, "op1")
    made = second.post("/api/territories/op2/v1/defis", json=DRAFT, headers=there.headers)
    assert (made.status_code, made.json["operator"]) == (201, "op2")
    assert first.get("/api/territories/op2/v1/defis").status_code == 404
    assert first.get("/api/territories/op1/openapi.json").json["info"]["title"] == "Maillage, défis (op1)"
    for which in (database, other):
        with which.transaction() as session:
            assert session.scalar(text("SELECT count(*) FROM defi")) == 1


@pytest.mark.parametrize("audience", ["op2", "coalition"])
def test_a_token_made_for_another_is_worth_nothing_here(
    database: Database, tokens: Tokens, audience: str
) -> None:
    client = make_client(database, tokens)
    who = tokens.account(("operator_staff", "operator:op1"), audience=audience)
    for method, path in (("get", "defis"), ("post", "defis"), ("get", "accompaniment/worklist")):
        answer = getattr(client, method)(f"/api/territories/op1/v1/{path}", headers=who.headers)
        assert (answer.status_code, answer.json["code"]) == (401, "token.audience")


def test_events_carry_the_operators_name(database: Database, other: Database, tokens: Tokens) -> None:
    for which in (database, other):
        owner = which.owner
        client, who = make_client(which, tokens), tokens.account(audience=which.owner)
        staff = tokens.account(("operator_staff", f"operator:{owner}"), audience=owner)
        base = f"/api/territories/{owner}/v1/defis"
        defi = client.post(base, json=DRAFT, headers=who.headers).json["id"]
        assert client.post(f"{base}/{defi}/submission", headers=who.headers).status_code == 200
        decided = client.post(f"{base}/{defi}/decision", json={"decision": "publish"}, headers=staff.headers)
        assert decided.status_code == 200
        with which.transaction() as session:
            types = session.scalars(text("SELECT type FROM outbox ORDER BY position")).all()
        assert types == [f"{owner}.defis.published.v1", f"{owner}.defis.person_notified.v1"]


def test_the_migrations_make_the_tables_that_the_models_describe(database: Database) -> None:
    chassis = {
        "outbox_subject", "outbox", "journal", "inbox", "job", "verification_key", "limit_counter", "mail",
        "erased_subject", "alembic_version",
    }  # fmt: skip

    def ours(_object: object, name: str | None, kind: str, _reflected: bool, _to: object) -> bool:
        return kind != "table" or name not in chassis

    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": ours, "compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_settings_that_make_no_sense_are_refused() -> None:
    from libs.chassis.settings import SettingsError, read_settings

    environ = {
        "MAILLAGE_DEFIS_DATABASE_URL": "postgresql://x/y",
        "MAILLAGE_BUS_URL": "embedded://",
        "MAILLAGE_ISSUER": "i",
        "MAILLAGE_JWKS_URL": "j",
        "MAILLAGE_PUBLIC_URL": "https://maillage.example",
    }
    with pytest.raises(SettingsError, match="MAILLAGE_OWNER is required"):
        read_settings(environ, DefisSettings)
    (settings,) = read_settings(environ | {"MAILLAGE_OWNER": "op1"}, DefisSettings)
    assert (settings.owner, settings.committed_people) == ("op1", 5)
    with pytest.raises(SettingsError, match="COMMITTED_PEOPLE"):
        read_settings(
            environ | {"MAILLAGE_OWNER": "op1", "MAILLAGE_DEFIS_COMMITTED_PEOPLE": "0"}, DefisSettings
        )


@pytest.mark.parametrize(
    ("served", "code"),
    [((), None), (("26",), None), (("07", "26362"), None), (("07", "2636", "26363"), "defi.not_served")],
)
def test_an_operator_takes_defis_of_the_territories_it_serves(
    database: Database, tokens: Tokens, served: tuple[str, ...], code: str | None
) -> None:
    client, who = make_client(database, tokens, territories=served), tokens.account()
    base = "/api/territories/op1/v1/defis"
    defi = client.post(base, json=DRAFT, headers=who.headers).json["id"]
    answer = client.post(f"{base}/{defi}/submission", headers=who.headers)
    assert (answer.status_code, answer.json.get("code")) == ((422, code) if code else (200, None))


def test_no_answer_is_kept_by_a_cache(database: Database, tokens: Tokens) -> None:
    client = make_client(database, tokens)
    for path in ("defis", "summary", "me/defis"):
        answer = client.get(f"/api/territories/op1/v1/{path}", headers=tokens.account().headers)
        assert answer.headers["Cache-Control"] == "no-store"
