"""Databases in which there is something of everything, to be copied for each operation that is tried.

The coalition's are filled by the house of `tests/pages`, an operator's by its own API.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient

from libs.chassis.db import Database
from libs.chassis.testing.postgres import TestServer
from libs.chassis.tokens import TokenVerifier
from services.consultation.app import create_app as create_consultation
from services.consultation.settings import ConsultationSettings
from services.defis.app import create_app as create_defis
from services.defis.settings import DefisSettings
from services.identity.app import create_app as create_identity
from services.identity.settings import IdentitySettings
from services.notifications.app import create_app as create_notifications
from services.notifications.settings import NotificationsSettings
from tests.defis.conftest import COMMUNE, Api, Person, make_client, migrated
from tests.defis.conftest import Tokens as DefiTokens
from tests.fuzz.callers import ISSUER, NOBODY, Caller
from tests.pages.house import house
from tests.pages.routes import ACCOUNTS
from tests.pages.world import make_world

SERVICES = ("identity", "consultation", "defis", "notifications")
SITE = "https://maillage.example"
SECRET = "a secret of the tests, long enough to be one"


@dataclass(frozen=True)
class Service:
    """A service as it is tried: its filled database, who calls it, and the ids of what is there, by a word."""

    name: str
    owner: str
    filled: str
    callers: tuple[Caller, ...]
    ids: Mapping[str, str]

    @contextmanager
    def running(self, postgres: TestServer, verifier: TokenVerifier) -> Iterator[Flask]:
        """Its app, on a copy of the database that is thrown away."""
        with postgres.database(self.filled) as url:
            database = Database(url, service=self.name, owner=self.owner, pool_size=4)
            try:
                yield _CREATE[self.name](_settings(self.name, url), database, verifier)
            finally:
                database.close()


_CREATE: Mapping[str, Callable[..., Flask]] = {
    "identity": create_identity,
    "consultation": create_consultation,
    "defis": create_defis,
    "notifications": create_notifications,
}


def _settings(service: str, url: str) -> Any:
    shared: dict[str, Any] = {"database_url": url, "bus_url": "embedded://", "issuer": ISSUER}
    mail: dict[str, Any] = {
        "smtp_url": "smtp://127.0.0.1:1",
        "mail_from": "Maillage <bonjour@maillage.example>",
    }
    secret: dict[str, Any] = {"secret": SECRET, "public_url": SITE}
    keys = {"jwks_url": f"{ISSUER}/.well-known/jwks.json"}
    if service == "identity":
        return IdentitySettings(**shared, **mail, **secret)
    if service == "consultation":
        return ConsultationSettings(**shared, **keys)
    if service == "defis":
        return DefisSettings(**shared, **keys, owner="op1", public_url=SITE)
    return NotificationsSettings(**shared, **keys, **mail, **secret)


def build(postgres: TestServer, folder: Path) -> dict[str, Service]:
    """Every service, its database filled. What stands in them is made once for a test process."""
    return _coalition(postgres, folder) | {"defis": _defis(postgres)}


def _coalition(postgres: TestServer, folder: Path) -> dict[str, Service]:
    with house(postgres, folder, MAILLAGE_IDENTITY_SECRET=SECRET) as home:
        with home.working():
            world = make_world(home)
            home.settle()
        home.close()
        for database in home.databases.values():
            database.close()
        callers = (
            NOBODY,
            Caller("visitor", "visitor", UUID(int=1, version=4)),
            *(
                Caller(name, "account", UUID(world.ids[name]), tuple(filter(None, [world.grants.get(name)])))
                for name in sorted(ACCOUNTS)
            ),
        )
        ids = world.ids | {"topic": "commune:88160"}
        return {
            name: Service(name, "coalition", postgres.create_database(home.databases[name].url), callers, ids)
            for name in ("identity", "consultation", "notifications")
        }


def _defis(postgres: TestServer) -> Service:
    tokens = DefiTokens()
    people = {name: tokens.account() for name in ("porteur", "core", "member", "giver")} | {
        "ebv": tokens.account(("ebv", "territory:26")),
        "staff": tokens.account(("operator_staff", "operator:op1")),
    }
    with migrated(postgres, "op1") as database:
        ids = _make_defis(make_client(database, tokens), people)
        database.close()
        filled = postgres.create_database(database.url.replace("postgresql://", "postgresql+psycopg://"))
    callers = [
        Caller(
            name, "account", one.subject, tuple((grant.role, grant.scope) for grant in one.principal.grants)
        )
        for name, one in people.items()
    ]
    stranger, visitor = tokens.account(), tokens.visitor()
    others = (Caller("stranger", "account", stranger.subject), Caller("visitor", "visitor", visitor.subject))
    return Service("defis", "op1", filled, (NOBODY, *others, *callers), ids)


def _make_defis(client: FlaskClient, people: Mapping[str, Person]) -> dict[str, str]:
    """A défi in each state before it is public, and a public one that has one of everything; returns their ids."""
    porteur = people["porteur"]

    def begin(title: str, **more: Any) -> Api:
        fields = {
            "title": title,
            "problem": "Le café a fermé.",
            "commune": COMMUNE,
            "first_date": "2099-01-15",
        }
        answer = client.post("/api/territories/op1/v1/defis", json=fields | more, headers=porteur.headers)
        return Api(client, answer.json["id"])

    draft = begin("Un brouillon")
    defi = begin("Un café", entry_stage="creaction", entry_evidence="Deux ans de marchés.")
    defi.post("/submission", porteur)
    submitted = begin("À lire")
    submitted.post("/submission", porteur)
    defi.post("/decision", people["ebv"], decision="publish", stage="creaction")
    return {"draft": draft.id, "submitted": submitted.id, "defi": defi.id} | _fill(defi, people)


def _fill(defi: Api, people: Mapping[str, Person]) -> dict[str, str]:
    """Give a public défi members, a meeting, an argument, a pledge and a gate; returns their ids."""
    porteur, giver = people["porteur"], people["giver"]
    ids = {"member": defi.join(people["member"], porteur)}
    defi.join_core(people["core"], porteur)
    ids["request"] = defi.post("/membership", giver, 201, name="Gil")["id"]
    ids["secret"] = defi.post("/invitations", porteur, 201)["secret"]
    ids["meeting"] = defi.meet(porteur)
    defi.put(f"/meetings/{ids['meeting']}/registration", porteur)
    said = defi.post(f"/meetings/{ids['meeting']}/arguments", giver, 201, side="for", text="Oui.")
    ids |= {"argument": said["id"], "pledge": defi.pledge(giver)}
    stated = {"charter": "Adoptée.", "experiment": "Trois samedis.", "task": "Peindre."}
    ids["gate"] = defi.post("/gates", porteur, 201, evidence=stated)["id"]
    return ids
