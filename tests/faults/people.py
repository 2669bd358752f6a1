"""Who walks: citizens with an account and its tokens, and how a request of theirs is answered."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass, field
from email import message_from_string
from email.policy import SMTP
from typing import Any

import httpx

from services.identity.cli import ensure_account, grant_role
from tests.faults.site import OPERATOR, Site

ANSWERED_WITHIN_S = 45.0
"""What a client waits: a database that is away is waited for ten seconds, a web process that starts again some more."""


class Improper(AssertionError):
    """An answer that nobody should be given, whatever happens behind it."""


class Unanswered(Exception):
    """The connection died, or the service says that it cannot know: what was asked may be done or not."""


@dataclass(frozen=True)
class Answer:
    """A proper answer: done or refused."""

    status: int
    document: Any

    @property
    def done(self) -> bool:
        """Whether it was."""
        return self.status < 300


def ask(client: httpx.Client, method: str, path: str, **options: Any) -> Answer:
    """What a service answers, checked for its manners. Raises `Unanswered`, or `Improper` on anything else."""
    try:
        got = client.request(method, path, **options)
    except httpx.TimeoutException as error:
        raise Improper(f"{method} {path}: no answer within {ANSWERED_WITHIN_S:.0f} s") from error
    except httpx.TransportError as error:
        raise Unanswered(type(error).__name__) from error
    what = f"{method} {path}: {got.status_code} {got.text[:300]}"
    kind = got.headers.get("Content-Type", "")
    if got.status_code < 300:
        return Answer(got.status_code, got.json() if kind == "application/json" else got.text)
    if not kind.startswith("application/problem+json") or got.json()["status"] != got.status_code:
        raise Improper(what)
    if got.status_code >= 500 and (got.status_code != 503 or "Retry-After" not in got.headers):
        raise Improper(what)
    if got.json()["code"] == "database.in_doubt":
        raise Unanswered("in doubt")
    return Answer(got.status_code, got.json())


@dataclass
class Citizen:
    """Somebody with an account: the name by which each owner knows them, and a token for each."""

    subjects: dict[str, str] = field(default_factory=dict)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)
    """How often they may still do what is limited by the hour or day."""

    def may(self, what: str, most: int) -> bool:
        """Whether they may once more do what is limited, counting it."""
        self.left[what] = self.left.get(what, most) - 1
        return self.left[what] >= 0


def visitor(client: httpx.Client) -> tuple[str, dict[str, str]]:
    """A browser: by which name consultation knows it, and the headers of its requests."""
    got = ask(client, "POST", "/api/identity/v1/visitors", json={})
    if not got.done:
        raise Unanswered("no token")
    return _bearer(got.document["token"])


def citizen(site: Site, client: httpx.Client, email: str, *grants: tuple[str, str]) -> Citizen:
    """Somebody who signs in, by the mail that nobody has sent yet, with the roles granted."""
    with site.database("identity") as database, database.transaction() as session:
        account = ensure_account(session, email, email.partition("@")[0])
        for role, scope in grants:
            grant_role(session, account, role, scope)
    asked = client.post("/api/identity/v1/sign-in", json={"email": email}).json()
    code = _code(site, email)
    opened = _tokens(client, grant_type="email_code", request=asked["request"], code=code)
    at_operator = _tokens(client, grant_type="session", session=opened["session"], audience=OPERATOR)
    known = Citizen()
    for owner, tokens in (("coalition", opened), (OPERATOR, at_operator)):
        known.subjects[owner], known.headers[owner] = _bearer(tokens["access_token"])
    return known


def _tokens(client: httpx.Client, **grant: str) -> dict[str, str]:
    answer = client.post("/api/identity/v1/token", json=grant)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def _bearer(token: str) -> tuple[str, dict[str, str]]:
    claims = token.split(".")[1]
    subject = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["sub"]
    return subject, {"Authorization": f"Bearer {token}"}


def _code(site: Site, email: str) -> str:
    query = f"SELECT message FROM mail WHERE recipient = '{email}' ORDER BY id DESC LIMIT 1"
    ((message,),) = site.rows("identity", query)
    mail = message_from_string(str(message), policy=SMTP)
    found = re.search(r"\b(\d{3}) (\d{3})\b", mail.get_body(("plain",)).get_content())
    assert found is not None
    return found[1] + found[2]
