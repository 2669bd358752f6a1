"""What a session is worth: tokens for one owner at a time, until it ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from tests.identity.conftest import Identity, Letter, claims


def asked(identity: Identity, email: str = "ana@exemple.fr", **more: str) -> tuple[str, Letter]:
    return identity.ask(email, **more)["request"], identity.mails()[-1]


def count(identity: Identity, table: str) -> int:
    with identity.database.transaction() as session:
        return int(session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def test_a_session_buys_access_tokens(identity):
    opened = identity.sign_in("ana@exemple.fr")
    answer = identity.redeem(grant_type="session", session=opened["session"])
    assert answer.status_code == 200
    assert answer.json.keys() == {"access_token", "expires_in", "person"}
    assert str(identity.verifier.verify(answer.json["access_token"]).subject) == opened["person"]["id"]


def test_the_sessions_secret_is_not_in_the_database(identity):
    secret = identity.sign_in("ana@exemple.fr")["session"]
    with identity.database.transaction() as session:
        rows = (
            session.execute(text("SELECT row_to_json(open_session)::text FROM open_session")).scalars().all()
        )
    assert rows
    assert not any(secret in row for row in rows)


@pytest.mark.parametrize("secret", ["x", "A" * 43])
def test_an_unknown_session_buys_nothing(unchanged, secret):
    answer = unchanged.redeem(grant_type="session", session=secret)
    assert (answer.status_code, answer.json["code"]) == (401, "session.over")


def test_an_expired_session_buys_nothing(identity):
    secret = identity.sign_in("ana@exemple.fr")["session"]
    identity.execute("UPDATE open_session SET expires_at = now()")
    assert identity.redeem(grant_type="session", session=secret).json["code"] == "session.over"


def test_signing_out_ends_this_session_and_no_other(identity):
    first, second = (
        identity.sign_in("ana@exemple.fr")["session"],
        identity.sign_in("ana@exemple.fr")["session"],
    )
    assert identity.call("DELETE", "/v1/session", {"session": first}).status_code == 204
    assert identity.redeem(grant_type="session", session=first).status_code == 401
    assert identity.redeem(grant_type="session", session=second).status_code == 200


def test_signing_out_twice_is_no_error(identity):
    secret = identity.sign_in("ana@exemple.fr")["session"]
    for _ in range(2):
        assert identity.call("DELETE", "/v1/session", {"session": secret}).status_code == 204


def test_each_owner_knows_a_person_by_another_id_and_always_the_same(identity, two_operators):
    opened = identity.sign_in("ana@exemple.fr")

    def subject(audience: str) -> UUID:
        answer = identity.redeem(grant_type="session", session=opened["session"], audience=audience)
        assert answer.status_code == 200, answer.json
        return claims(answer.json["access_token"])["sub"]

    assert subject("coalition") == opened["person"]["id"]
    assert subject("op1") == subject("op1")
    assert len({subject("coalition"), subject("op1"), subject("op2")}) == 3
    assert UUID(subject("op1")).version == 4


def test_an_owner_that_comes_to_know_a_person_is_told_once_and_only_at_home(identity, two_operators):
    opened = identity.sign_in("ana@exemple.fr")
    assert identity.events("subject_paired") == []
    for _ in range(2):
        token = identity.redeem(grant_type="session", session=opened["session"], audience="op1").json[
            "access_token"
        ]
    paired = {"person_id": opened["person"]["id"], "owner": "op1", "pairwise_id": claims(token)["sub"]}
    assert identity.events("subject_paired") == [paired]


def test_a_token_for_an_operator_carries_its_grants_and_is_refused_by_the_coalition(identity, two_operators):
    for code, served in (("op1", "88"), ("op2", "35")):
        body = {"territories": [served]}
        assert (
            identity.call("PATCH", f"/v1/operators/{code}", body, identity.administrator()).status_code == 200
        )
    roles = [
        ("moderator", "coalition"),
        ("operator_staff", "operator:op1"),
        ("ebv", "operator:op2"),
        ("ebv", "territory:88160"),
    ]
    identity.member("ana@exemple.fr", *roles)
    secret = identity.sign_in("ana@exemple.fr")["session"]
    tokens = {
        audience: identity.redeem(grant_type="session", session=secret, audience=audience).json[
            "access_token"
        ]
        for audience in ("coalition", "op1", "op2")
    }
    told = {audience: claims(token)["grants"] for audience, token in tokens.items()}
    assert told == {
        "coalition": [["moderator", "coalition"]],
        "op1": [["ebv", "territory:88160"], ["operator_staff", "operator:op1"]],
        "op2": [["ebv", "operator:op2"]],
    }
    assert identity.call("GET", "/v1/me", token=tokens["coalition"]).status_code == 200
    assert identity.call("GET", "/v1/me", token=tokens["op1"]).json["code"] == "token.audience"


@pytest.mark.parametrize("audience", ["op9", "evil", "COALITION", "op1 "])
def test_no_token_is_made_for_an_owner_that_is_not_there(identity, audience):
    secret = identity.sign_in("ana@exemple.fr")["session"]
    answer = identity.redeem(grant_type="session", session=secret, audience=audience)
    assert (answer.status_code, answer.json["code"]) == (422, "token.audience")


def test_no_token_is_made_for_an_operator_that_has_left(identity, two_operators):
    secret = identity.sign_in("ana@exemple.fr")["session"]
    identity.execute("UPDATE operator SET status = 'left' WHERE code = 'op1'")
    assert identity.redeem(grant_type="session", session=secret, audience="op1").status_code == 422


def test_what_has_expired_is_forgotten_and_the_rest_kept(identity):
    kept = identity.sign_in("ana@exemple.fr")["session"]
    identity.sign_in("bruno@exemple.fr")
    asked(identity)
    identity.execute(
        "UPDATE open_session SET expires_at = now() WHERE person_id = (SELECT id FROM person WHERE email LIKE 'b%')"
    )
    for job in ("forget-expired-sign-ins", "forget-expired-sessions"):
        identity.run_job(job, datetime.now(UTC))
    assert (count(identity, "open_session"), count(identity, "sign_in")) == (1, 1)
    identity.run_job("forget-expired-sign-ins", datetime.now(UTC) + timedelta(minutes=16))
    assert count(identity, "sign_in") == 0
    assert identity.redeem(grant_type="session", session=kept).status_code == 200
