"""What one service has to say reaches a person through another: from a refusal to a mailbox, in a whole demo."""

from __future__ import annotations

import email
import email.policy
import re
import signal
import tempfile
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.local.demo.cast import cast
from libs.chassis.testing.waiting import eventually
from tests.local.system import System, status

AUTHOR, MODERATOR, CITIZEN = "coordinatrice@demo.example", "moderateur@demo.example", "citoyenne@demo.example"
WITH_ROLES = ("moderator", "coordinator", "administrator", "ebv", "operator_staff")
HOLDERS = sorted(member.email for member in cast() if member.part in WITH_ROLES)
TEXT = "Il faut que chaque école ait un potager que les élèves cultivent."


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="maillage-notice-") as folder:
        yield Path(folder) / "data"


@pytest.fixture(scope="module")
def site(data: Path) -> Iterator[httpx.Client]:
    with System(data, "demo") as system:
        url = system.wait_until_ready()
        # Two notices that are made within the same moment share a mail.
        eventually(lambda: len(told_of_a_role(data)) >= len(HOLDERS))
        with httpx.Client(base_url=f"{url}/api/", timeout=20) as client:
            yield client
        assert system.end(signal.SIGINT) == 0


def caught(data: Path) -> list[EmailMessage]:
    files = (data / "mail" / "new").glob("*")
    return [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]


def mails(data: Path, recipient: str) -> list[EmailMessage]:
    """The caught mails to somebody."""
    return [mail for mail in caught(data) if mail["To"] == recipient]


def told_of_a_role(data: Path) -> list[str]:
    """To whom a mail went that says that they have a role now."""
    return sorted(str(mail["To"]) for mail in caught(data) if mail["Subject"] == "Un rôle vous est confié")


def words(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def sign_in(site: httpx.Client, data: Path, address: str) -> dict[str, Any]:
    """As people do: ask, read the mail, type the code."""
    asked = site.post("identity/v1/sign-in", json={"email": address})
    assert asked.status_code == 202

    def codes() -> list[re.Match[str]]:
        sent = [mail for mail in mails(data, address) if not mail["List-Unsubscribe"]]
        found = [re.search(r"(?<!\d)(\d{3})\s?(\d{3})(?!\d)", words(mail)) for mail in sent]
        return [code for code in found if code]

    eventually(lambda: bool(codes()))
    given = {
        "grant_type": "email_code",
        "request": asked.json()["request"],
        "code": "".join(codes()[0].groups()),
    }
    answer = site.post("identity/v1/token", json=given)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_a_refusal_reaches_its_author_by_mail_and_in_the_inbox(site: httpx.Client, data: Path):
    proposing, moderating = sign_in(site, data, AUTHOR), sign_in(site, data, MODERATOR)
    author, judge = bearer(proposing["access_token"]), bearer(moderating["access_token"])
    proposal = site.post(
        "consultation/v1/consultations/territoires/proposals", json={"text": TEXT}, headers=author
    ).json()
    decided = site.post(
        f"consultation/v1/proposals/{proposal['id']}/decision",
        json={"decision": "refuse", "reason": "already_exists", "note": "Un mot pour vous seule."},
        headers=judge,
    )
    assert decided.status_code == 200, decided.text

    def told() -> list[EmailMessage]:
        return [mail for mail in mails(data, AUTHOR) if "Votre proposition" in mail["Subject"]]

    eventually(lambda: bool(told()))
    (mail,) = told()
    assert TEXT not in mail["Subject"]
    assert TEXT in " ".join(words(mail).split())
    assert "Elle est déjà proposée" in words(mail)
    assert "Un mot pour vous seule" not in words(mail)
    assert mail["List-Unsubscribe"]
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"

    notices = site.get("notifications/v1/inbox", headers=author).json()["items"]
    assert (notices[0]["kind"], notices[0]["path"]) == ("proposal.refused", "/account/proposals")

    def judges() -> list[Any]:
        return list(site.get("notifications/v1/inbox", headers=judge).json()["items"])

    eventually(lambda: len(judges()) == 2)
    waits, given = judges()
    assert (waits["kind"], waits["path"]) == ("moderation.waiting", "/moderation/territoires")
    assert (given["kind"], given["path"]) == ("account.role_granted", "/moderation")
    subjects = sorted(str(mail["Subject"]) for mail in mails(data, MODERATOR))
    assert subjects == ["Un rôle vous est confié", "Votre connexion à Maillage"]


def test_whoever_has_a_role_in_the_demo_is_told_once(site: httpx.Client, data: Path):
    assert told_of_a_role(data) == HOLDERS


def test_each_operator_has_its_own_defis(site: httpx.Client):
    for operator, departement in (("op1", "88"), ("op2", "35")):
        summary = site.get(f"territories/{operator}/v1/summary").json()
        assert (summary["total"], summary["departements"]) == (6, {departement: 6})


def test_what_happens_in_a_demo_defi_reaches_its_people(site: httpx.Client, data: Path):
    headers = bearer(sign_in(site, data, CITIZEN)["access_token"])

    def told() -> bool:
        notices = site.get("notifications/v1/inbox", headers=headers).json()["items"]
        return any(notice["path"].startswith("/defis/op1/") for notice in notices)

    eventually(told)


def test_nothing_waits_once_it_is_told(site: httpx.Client, data: Path):
    def quiet() -> bool:
        services = status(data)["services"].values()
        return all(
            service["outbox"] == 0 and service["inbox"] == {"waiting": 0, "dead": 0} for service in services
        )

    eventually(quiet)


def test_a_token_for_one_operator_opens_no_door_at_another(site: httpx.Client, data: Path):
    session = sign_in(site, data, "administrateur@demo.example")["session"]

    def token(audience: str) -> dict[str, str]:
        given = {"grant_type": "session", "session": session, "audience": audience}
        answer = site.post("identity/v1/token", json=given)
        assert answer.status_code == 200, answer.text
        return bearer(answer.json()["access_token"])

    for own, other in (("op1", "op2"), ("op2", "op1")):
        headers = token(own)
        begun = site.post(
            f"territories/{own}/v1/defis", json={"title": f"Un café, par {own}"}, headers=headers
        )
        assert begun.status_code == 201, begun.text
        mine = site.get(f"territories/{own}/v1/me/defis", headers=headers).json()["items"]
        assert [defi["title"] for defi in mine] == [f"Un café, par {own}"]
        refused = site.get(f"territories/{other}/v1/me/defis", headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (401, "token.audience")
    coalition = site.get("territories/op1/v1/me/defis", headers=token("coalition"))
    assert coalition.json()["code"] == "token.audience"
