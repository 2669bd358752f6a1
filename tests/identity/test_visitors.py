"""Taking part without an account."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import text


def test_a_visitor_gets_a_token_that_every_service_of_the_owner_accepts(identity):
    answer = identity.call("POST", "/v1/visitors")
    assert answer.status_code == 201
    bearer = identity.verifier.verify(answer.json["token"])
    assert (bearer.kind, bearer.grants, bearer.subject.version) == ("visitor", frozenset(), 4)


def test_a_visitor_token_is_good_for_a_year(identity):
    answer = identity.call("POST", "/v1/visitors").json
    left = datetime.fromisoformat(answer["expires_at"]) - datetime.now(UTC)
    assert timedelta(days=364, hours=23) < left <= timedelta(days=365)


def test_two_visitors_are_told_apart_and_nothing_is_kept_of_either(identity):
    def rows() -> dict[str, int]:
        with identity.database.transaction() as session:
            tables = (
                session.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
                .scalars()
                .all()
            )
            return {
                table: session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in tables
            }

    subjects: set[UUID] = set()
    identity.call("POST", "/v1/visitors")  # the first key is made here
    before = rows()
    for _ in range(5):
        token = identity.call("POST", "/v1/visitors").json["token"]
        subjects.add(identity.verifier.verify(token).subject)
    assert len(subjects) == 5
    assert rows() == before


def test_a_visitor_has_no_account(identity):
    token = identity.call("POST", "/v1/visitors").json["token"]
    answer = identity.call("GET", "/v1/me", token=token)
    assert (answer.status_code, answer.json["code"]) == (403, "access.account")


def test_tokens_are_nothing_for_a_cache(identity):
    assert identity.call("POST", "/v1/visitors").headers["Cache-Control"] == "no-store"
