"""From a link or a code in a mail to a session: once, in time, and whoever else tries."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import text

from tests.identity.conftest import Identity, Letter

NOBODYS = "5c6f1d1e-6a53-4c8e-8f57-3a4f0c7f9b11"


def asked(identity: Identity, email: str = "ana@exemple.fr", **more: str) -> tuple[str, Letter]:
    return identity.ask(email, **more)["request"], identity.mails()[-1]


def wrong(code: str) -> str:
    return f"{(int(code.replace(' ', '')) + 1) % 1_000_000:06}"


def count(identity: Identity, table: str) -> int:
    with identity.database.transaction() as session:
        return int(session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def test_the_link_opens_a_session(identity):
    _, letter = asked(identity, "Ana@Exemple.FR", return_to="/consultations/territoires", language="fr")
    answer = identity.redeem(grant_type="email_link", token=letter.token)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json["new_account"] is True
    assert answer.json["return_to"] == "/consultations/territoires"
    assert answer.json["expires_in"] == 600
    left = datetime.fromisoformat(answer.json["session_expires_at"]) - datetime.now(UTC)
    assert timedelta(days=29, hours=23) < left <= timedelta(days=30)
    person = answer.json["person"]
    assert (person["email"], person["language"], person["display_name"], person["roles"]) == (
        "Ana@exemple.fr",
        "fr",
        None,
        [],
    )
    assert identity.call("GET", "/v1/me", token=answer.json["access_token"]).json == person


def test_the_code_opens_a_session_however_it_is_spaced(identity):
    for spelled in ("{} {}", "{}{}", "{}\u202f{}"):
        request, letter = asked(identity)
        answer = identity.redeem(
            grant_type="email_code", request=request, code=spelled.format(*letter.code.split())
        )
        assert answer.status_code == 200


def test_a_second_sign_in_finds_the_same_account(identity):
    first, second = identity.sign_in("ana@exemple.fr"), identity.sign_in("ANA@exemple.fr")
    assert (first["new_account"], second["new_account"]) == (True, False)
    assert first["person"]["id"] == second["person"]["id"]
    assert len(identity.events("person_registered")) == 1


def test_the_event_of_a_new_person_names_no_address(identity):
    person = identity.sign_in("ana@exemple.fr")["person"]
    assert identity.events("person_registered") == [{"person_id": person["id"], "language": "en"}]


def test_using_the_link_consumes_the_code_and_the_link(identity):
    request, letter = asked(identity)
    assert identity.redeem(grant_type="email_link", token=letter.token).status_code == 200
    again = identity.redeem(grant_type="email_link", token=letter.token)
    assert (again.status_code, again.json["code"]) == (422, "sign_in.link")
    late = identity.redeem(grant_type="email_code", request=request, code=letter.code)
    assert (late.status_code, late.json["code"]) == (422, "sign_in.code")


def test_using_the_code_consumes_the_link_and_the_code(identity):
    request, letter = asked(identity)
    assert identity.redeem(grant_type="email_code", request=request, code=letter.code).status_code == 200
    assert identity.redeem(grant_type="email_link", token=letter.token).json["code"] == "sign_in.link"
    assert (
        identity.redeem(grant_type="email_code", request=request, code=letter.code).json["code"]
        == "sign_in.code"
    )


def test_an_expired_link_and_code_open_nothing(identity):
    request, letter = asked(identity)
    identity.execute("UPDATE sign_in SET expires_at = now() - interval '1 second'")
    assert identity.redeem(grant_type="email_link", token=letter.token).json["code"] == "sign_in.link"
    assert (
        identity.redeem(grant_type="email_code", request=request, code=letter.code).json["code"]
        == "sign_in.code"
    )
    assert (count(identity, "person"), count(identity, "open_session")) == (0, 0)


@pytest.mark.parametrize("token", ["x", "A" * 43, "é" * 43, "' OR 1=1 --"])
def test_a_forged_link_opens_nothing(unchanged, token):
    answer = unchanged.redeem(grant_type="email_link", token=token)
    assert (answer.status_code, answer.json["code"]) == (422, "sign_in.link")
    assert answer.json["errors"][0]["field"] == "token"


def test_a_wrong_code_opens_nothing_and_the_right_one_still_does(identity):
    request, letter = asked(identity)
    answer = identity.redeem(grant_type="email_code", request=request, code=wrong(letter.code))
    assert (answer.status_code, answer.json["code"]) == (422, "sign_in.code")
    assert identity.redeem(grant_type="email_code", request=request, code=letter.code).status_code == 200


def test_after_five_wrong_codes_the_right_one_is_too_late_but_the_link_still_opens(identity):
    request, letter = asked(identity)
    for _ in range(5):
        identity.redeem(grant_type="email_code", request=request, code=wrong(letter.code))
    answer = identity.redeem(grant_type="email_code", request=request, code=letter.code)
    assert (answer.status_code, answer.json["code"]) == (422, "sign_in.code")
    assert identity.redeem(grant_type="email_link", token=letter.token).status_code == 200


def test_tries_at_once_are_all_counted(processes):
    request, letter = asked(processes[0])
    barrier = Barrier(12)

    def guess(number: int) -> int:
        barrier.wait()
        given = f"{(int(letter.code.replace(' ', '')) + 1 + number) % 1_000_000:06}"
        return processes[number % 2].redeem(grant_type="email_code", request=request, code=given).status_code

    with ThreadPoolExecutor(12) as pool:
        assert set(pool.map(guess, range(12))) == {422}
    with processes[0].database.transaction() as session:
        assert session.execute(text("SELECT tries FROM sign_in")).scalar_one() == 5
    assert processes[0].redeem(grant_type="email_code", request=request, code=letter.code).status_code == 422


def test_mail_after_mail_does_not_buy_guesses_without_end(identity):
    statuses = []
    for _ in range(7):
        identity.execute("DELETE FROM limit_counter WHERE count < 30 AND key LIKE 'sign-in mail:%'")
        request, letter = asked(identity)
        for _ in range(5):
            given = identity.redeem(grant_type="email_code", request=request, code=wrong(letter.code))
            statuses.append(given.status_code)
    assert statuses == [422] * 30 + [429] * 5
    assert identity.redeem(grant_type="email_link", token=letter.token).status_code == 200


def test_the_code_of_another_request_opens_nothing(identity):
    first, own = asked(identity)
    _, other = asked(identity, "bruno@exemple.fr")
    code = other.code if other.code != own.code else wrong(own.code)
    mixed = identity.redeem(grant_type="email_code", request=first, code=code)
    assert (mixed.status_code, mixed.json["code"]) == (422, "sign_in.code")
    unknown = identity.redeem(grant_type="email_code", request=NOBODYS, code=other.code)
    assert (unknown.status_code, unknown.json["code"]) == (422, "sign_in.code")


@pytest.mark.parametrize("used", ["the link", "the code", "the link and the code"])
def test_a_double_use_at_once_opens_one_session(processes, used):
    request, letter = asked(processes[0])
    link = {"grant_type": "email_link", "token": letter.token}
    code = {"grant_type": "email_code", "request": request, "code": letter.code}
    grants = {"the link": [link, link], "the code": [code, code]}.get(used, [link, code])
    barrier = Barrier(4)

    def use(number: int) -> int:
        barrier.wait()
        return processes[number % 2].redeem(**grants[number % 2]).status_code

    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(pool.map(use, range(4)))
    assert statuses == [200, 422, 422, 422]
    assert count(processes[0], "open_session") == 1


def test_two_first_sign_ins_at_once_make_one_person(processes):
    tokens = [asked(processes[0])[1].token for _ in range(3)]
    barrier = Barrier(3)

    def use(number: int) -> dict[str, object]:
        barrier.wait()
        answer = processes[number % 2].redeem(grant_type="email_link", token=tokens[number])
        assert answer.status_code == 200, answer.json
        return dict(answer.json)

    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(use, range(3)))
    assert len({answer["person"]["id"] for answer in answers}) == 1  # type: ignore[index]
    assert sorted(answer["new_account"] for answer in answers) == [False, False, True]  # type: ignore[type-var]
    assert len(processes[0].events("person_registered")) == 1
    assert count(processes[0], "person") == 1


def test_nothing_is_consumed_where_no_token_can_be_signed(identity, identity_url):
    identity.sign_in("bruno@exemple.fr")
    _, letter = asked(identity)
    broken = Identity(identity_url, secret="another secret of the tests, long enough too")
    try:
        assert broken.redeem(grant_type="email_link", token=letter.token).status_code == 500
    finally:
        broken.database.close()
    assert identity.redeem(grant_type="email_link", token=letter.token).status_code == 200


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({}, {"grant_type"}),
        ({"grant_type": "password", "token": "x"}, {"grant_type"}),
        ({"grant_type": "email_link"}, {"token"}),
        ({"grant_type": "email_link", "token": "x", "code": "123456"}, {"code"}),
        ({"grant_type": "email_link", "token": "x", "audience": "coalition"}, {"audience"}),
        ({"grant_type": "email_code", "code": "123456"}, {"request"}),
        ({"grant_type": "email_code", "request": "x", "code": "123456"}, {"request"}),
        ({"grant_type": "email_code", "request": NOBODYS, "code": "12345"}, {"code"}),
        ({"grant_type": "email_code", "request": NOBODYS, "code": 123456}, {"code"}),
        ({"grant_type": "session", "session": "x" * 101}, {"session"}),
        ({"grant_type": "session", "session": "x\u0000"}, {"session"}),
        ({"grant_type": "session", "session": None}, {"session"}),
        ({"grant_type": "email_link", "token": "x", "remember": True}, {"remember"}),
    ],
)
def test_a_grant_that_lacks_or_exceeds_its_fields_is_refused_by_name(unchanged, given, fields):
    answer = unchanged.call("POST", "/v1/token", given)
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json["errors"]} == fields
