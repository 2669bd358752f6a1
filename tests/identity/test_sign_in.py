"""Asking for the mail, and what the mail says."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from tests.identity.conftest import SITE, Identity


def refusal(identity: Identity, body: object) -> dict[str, str]:
    """The errors by field of a sign-in that cannot be asked for; nothing is mailed."""
    answer = identity.call("POST", "/v1/sign-in", body)
    assert answer.status_code == 422, answer.json
    assert identity.mails() == []
    return {error["field"]: error["detail"] for error in answer.json["errors"]}


def test_asking_says_until_when_and_under_which_name_and_nothing_else(identity):
    answer = identity.call("POST", "/v1/sign-in", {"email": "ana@exemple.fr"})
    assert answer.status_code == 202
    assert answer.json.keys() == {"request", "expires_at"}
    left = datetime.fromisoformat(answer.json["expires_at"]) - datetime.now(UTC)
    assert timedelta(minutes=14) < left <= timedelta(minutes=15)


def test_the_answer_is_the_same_with_and_without_an_account(identity):
    identity.sign_in("ana@exemple.fr")
    known = identity.call("POST", "/v1/sign-in", {"email": "ana@exemple.fr"})
    unknown = identity.call("POST", "/v1/sign-in", {"email": "nobody@exemple.fr"})
    assert (known.status_code, known.json.keys()) == (unknown.status_code, unknown.json.keys())
    assert {k for k, _ in known.headers} == {k for k, _ in unknown.headers}
    to = [letter.message["To"] for letter in identity.mails()[-2:]]
    assert to == ["ana@exemple.fr", "nobody@exemple.fr"]


def test_limits_are_the_same_with_and_without_an_account(identity):
    identity.sign_in("ana@exemple.fr")
    for _ in range(4):
        identity.ask("ana@exemple.fr")
    for _ in range(5):
        identity.ask("nobody@exemple.fr")
    answers = [
        identity.call("POST", "/v1/sign-in", {"email": email})
        for email in ("ana@exemple.fr", "nobody@exemple.fr")
    ]
    assert [answer.status_code for answer in answers] == [429, 429]
    assert [answer.json["code"] for answer in answers] == ["limit.reached"] * 2
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in answers)


def test_another_spelling_of_an_address_has_no_limit_of_its_own(identity):
    for email in ("ana@exemple.fr", "ANA@exemple.fr", "Ana@Exemple.Fr", "aNa@exemple.fr", "anA@exemple.FR"):
        identity.ask(email)
    assert identity.call("POST", "/v1/sign-in", {"email": " AnA@exemple.fr "}).status_code == 429


def test_the_mail_of_an_account_goes_to_its_own_spelling_of_the_address(identity):
    identity.sign_in("Ana@exemple.fr")
    identity.ask("ANA@exemple.fr")
    assert identity.mails()[-1].message["To"] == "Ana@exemple.fr"


def test_a_link_mailed_to_a_spelling_that_did_not_become_the_account_opens_nothing(identity):
    identity.ask("ANA@exemple.fr")
    other = identity.mails()[-1].token
    identity.sign_in("ana@exemple.fr")
    answer = identity.redeem(grant_type="email_link", token=other)
    assert (answer.status_code, answer.json["code"]) == (409, "sign_in.overtaken")


def test_the_mail_has_the_link_and_the_code_in_text_and_in_html(identity):
    identity.ask("ana@exemple.fr")
    (letter,) = identity.mails()
    link = f"{SITE}/sign-in/link?token={letter.token}"
    assert link in letter.text
    assert letter.html.count(link) == 2
    assert re.fullmatch(r"\d{3} \d{3}", letter.code)
    assert letter.code in letter.html
    assert len(letter.token) == 43  # 256 bits
    assert letter.message["From"] == identity.settings.mail_from
    assert letter.message["Message-ID"].endswith("@maillage.test>")


def test_the_subject_does_not_show_the_code(identity):
    identity.ask("ana@exemple.fr")
    assert not re.search(r"\d", identity.mails()[0].message["Subject"])


def test_the_mail_is_in_french_unless_something_says_otherwise(identity):
    identity.call("POST", "/v1/sign-in", {"email": "ana@exemple.fr"}, language="")
    (letter,) = identity.mails()
    assert letter.message["Subject"] == "Votre connexion à Maillage"
    assert "Vous n’avez rien demandé\u202f? Ignorez ce message" in letter.text
    assert "valables 15\u00a0minutes" in letter.text


@pytest.mark.parametrize("form", ["text", "html"])
def test_the_french_mail_is_typeset_as_french_is(identity, form):
    identity.ask("ana@exemple.fr", language="fr")
    body = re.sub(r"https?://\S+|style=\"[^\"]*\"|<[^>]+>|&#?\w+;", "", getattr(identity.mails()[0], form))
    assert "'" not in body
    assert not re.search(r"[^\u202f][;!?]", body)
    assert not re.search(r"[^\u00a0]:", body)


def test_the_mail_is_in_the_language_asked_for_then_the_accounts_then_the_browsers(identity):
    def language_of_mail(email: str, browser: str, **more: str) -> str:
        identity.call("POST", "/v1/sign-in", {"email": email, **more}, language=browser)
        return "fr" if "Bonjour" in identity.mails()[-1].text else "en"

    assert language_of_mail("ana@exemple.fr", "en") == "en"
    assert language_of_mail("ana@exemple.fr", "en", language="fr") == "fr"
    identity.redeem(grant_type="email_link", token=identity.mails()[-1].token)
    assert language_of_mail("ana@exemple.fr", "en") == "fr"
    assert language_of_mail("ana@exemple.fr", "fr", language="en") == "en"


def test_neither_the_link_nor_the_code_is_in_the_database_once_the_mail_has_gone(identity):
    identity.ask("ana@exemple.fr")
    (letter,) = identity.mails()
    identity.execute("DELETE FROM mail")
    with identity.database.transaction() as session:
        rows = session.execute(text("SELECT row_to_json(sign_in)::text FROM sign_in")).scalars().all()
    assert rows
    for secret in (letter.token, letter.code, letter.code.replace(" ", "")):
        assert not any(secret in row for row in rows)


def test_opening_the_address_of_the_link_consumes_nothing(identity):
    identity.ask("ana@exemple.fr")
    (letter,) = identity.mails()
    for method in ("GET", "HEAD"):
        assert identity.call(method, f"/v1/sign-in/link?token={letter.token}").status_code == 404
        assert identity.call(method, f"/v1/token?token={letter.token}").status_code == 405
    assert identity.redeem(grant_type="email_link", token=letter.token).status_code == 200


def test_at_most_three_mails_of_one_address_let_in_at_a_time(identity):
    for _ in range(4):
        identity.ask("ana@exemple.fr")
    tokens = [letter.token for letter in identity.mails()]
    assert identity.redeem(grant_type="email_link", token=tokens[0]).status_code == 422
    assert [identity.redeem(grant_type="email_link", token=token).status_code for token in tokens[1:]] == [
        200
    ] * 3


@pytest.mark.parametrize(
    "email",
    [
        "",
        "ana",
        "ana@exemple",
        "ana@exemple.fr\r\nBcc: bruno@exemple.fr",
        "ana\u0000@exemple.fr",
        "a" * 300,
        "\ud800@b.fr",
    ],
)
def test_an_address_that_is_none_is_refused_by_name(unchanged, email):
    assert refusal(unchanged, {"email": email}).keys() == {"email"}


@pytest.mark.parametrize("email", [None, 7, True, ["ana@exemple.fr"], {"a": 1}])
def test_an_address_of_the_wrong_type_is_refused_by_name(unchanged, email):
    assert refusal(unchanged, {"email": email}).keys() == {"email"}


@pytest.mark.parametrize(
    "path",
    ["https://evil.example", "//evil.example", "/\\evil.example", "evil", "/a\u0007", "/" + "a" * 500, 7],
)
def test_a_return_that_leads_elsewhere_is_refused_by_name(unchanged, path):
    assert refusal(unchanged, {"email": "ana@exemple.fr", "return_to": path}).keys() == {"return_to"}


def test_an_unknown_language_and_an_unknown_field_are_refused_by_name(unchanged):
    asked = {"email": "ana@exemple.fr", "language": "de", "admin": True}
    assert refusal(unchanged, asked) == {"language": "Must be one of: fr, en.", "admin": "Unknown field."}


@pytest.mark.parametrize(
    ("body", "status"), [(b"{", 400), (b"[]", 422), (b"null", 422), (b"", 400), (b'"x"', 422)]
)
def test_a_body_that_is_no_object_is_refused(unchanged, body, status):
    answer = unchanged.app.test_client().post(
        "/api/identity/v1/sign-in", data=body, content_type="application/json"
    )
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"


def test_refusals_are_in_french_for_who_reads_french(unchanged):
    answer = unchanged.call("POST", "/v1/sign-in", {"email": "ana"}, language="fr")
    assert answer.json["errors"] == [
        {"field": "email", "detail": "Ce n’est pas une adresse électronique à laquelle on puisse écrire."}
    ]
