"""The service as a whole: its routes, its settings, its schema, its worker on a bus with a real mail server."""

from __future__ import annotations

from threading import Event as Flag
from threading import Thread
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from libs.chassis.db import Database
from libs.chassis.embedded import EmbeddedBus
from libs.chassis.ids import uuid4, uuid7
from libs.chassis.outbox import record
from libs.chassis.settings import SettingsError, read_settings
from libs.chassis.testing.postgres import TestServer
from libs.chassis.testing.waiting import eventually
from libs.chassis.worker import Worker, run_workers
from libs.contracts.identity import ContactConfirmed, SubjectPaired
from libs.contracts.notices import DefisNotice
from services.consultation.moderation.rules import Reason
from services.defis.notices import Notice as DefiNotice
from services.notifications.base import Base
from services.notifications.kinds.catalogue import GROUPS, KINDS
from services.notifications.kinds.rules import Coded
from services.notifications.post import Post
from services.notifications.settings import NotificationsSettings
from services.notifications.worker import consumers, create_worker
from tests.notifications.conftest import Account, Notifications


def test_every_route_says_who_may_call_it_and_what_it_does(service: Notifications) -> None:
    views = service.app.view_functions.items()
    assert [name for name, view in views if not hasattr(view, "__access__")] == []
    paths = service.app.extensions["maillage.api"].spec.to_dict()["paths"]
    assert all(path.startswith("/api/notifications/v1/") for path in paths)
    silent = [
        f"{method} {path}"
        for path, operations in paths.items()
        for method, operation in operations.items()
        if method != "parameters" and not operation.get("summary")
    ]
    assert silent == []


def test_the_tables_are_what_the_models_say(service: Notifications) -> None:
    mine = set(Base.metadata.tables)

    def included(_object: Any, name: str | None, kind: str, *_: Any) -> bool:
        # The chassis' tables have no models; indexes and checks are the migration's alone.
        return kind == "column" or (kind == "table" and name in mine)

    with service.database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_object": included}
        )
        assert compare_metadata(context, Base.metadata) == []


def test_every_kind_has_a_group_that_is_shown() -> None:
    assert {kind.group for kind in KINDS.values()} == set(GROUPS)


def test_every_notice_of_a_defi_has_words_here() -> None:
    assert {notice.value for notice in DefiNotice} <= set(KINDS)


def test_every_refusal_of_a_proposal_has_words_here() -> None:
    (reasons,) = KINDS["proposal.refused"].details
    assert isinstance(reasons, Coded)
    assert {reason.value for reason in Reason} == set(reasons.sentences)


def test_no_two_consumers_share_a_name() -> None:
    names = [consumer.name for consumer in consumers]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("wrong", [{"secret": "short"}, {"digest_hour": 24}, {"digest_hour": -1}])
def test_settings_that_cannot_be_meant_are_refused(wrong: dict[str, Any]) -> None:
    values: dict[str, Any] = dict.fromkeys(
        ("database_url", "bus_url", "public_url", "issuer", "jwks_url", "smtp_url", "mail_from"), "x"
    )
    with pytest.raises(SettingsError, match="MAILLAGE_NOTIFICATIONS_"):
        NotificationsSettings(**(values | {"secret": "-" * 32} | wrong))


def test_settings_come_from_the_environment_and_keep_their_secrets() -> None:
    environ = {
        "MAILLAGE_NOTIFICATIONS_DATABASE_URL": "postgresql://ana:hidden@127.0.0.1/notifications",
        "MAILLAGE_NOTIFICATIONS_SECRET": "-hidden-" * 4,
        "MAILLAGE_NOTIFICATIONS_DIGEST_HOUR": "18",
        "MAILLAGE_BUS_URL": "embedded://",
        "MAILLAGE_PUBLIC_URL": "https://maillage.example/",
        "MAILLAGE_ISSUER": "https://maillage.example/api/identity",
        "MAILLAGE_JWKS_URL": "https://maillage.example/api/identity/.well-known/jwks.json",
        "MAILLAGE_SMTP_URL": "smtp://mail.example:25",
        "MAILLAGE_MAIL_FROM": "Maillage <nouvelles@maillage.example>",
    }
    (settings,) = read_settings(environ, NotificationsSettings)
    assert settings.digest_hour == 18
    assert "hidden" not in repr(settings)
    assert Post.of(settings).page("/notices") == "https://maillage.example/notices"


@pytest.fixture
def publishers(postgres: TestServer, migrated: str) -> Any:
    """Databases of an identity service and of an operator's défi service, with the chassis' tables."""
    with postgres.database(migrated) as identity_url, postgres.database(migrated) as defis_url:
        databases = (
            Database(identity_url, service="identity", owner="coalition"),
            Database(defis_url, service="defis", owner="op1"),
        )
        yield databases
        for database in databases:
            database.close()


def test_a_notice_travels_from_an_operator_to_a_mailbox(
    service: Notifications, publishers: tuple[Database, Database], smtp: Any
) -> None:
    identity, defis = publishers
    ana, bus, stop = Account(uuid4(), uuid4(), "ana@example.org"), EmbeddedBus(), Flag()
    settings = Notifications(service.database.url, smtp_url=smtp.url).settings
    workers = [
        create_worker(settings, service.database, bus),
        *(Worker(database=database, bus=bus) for database in publishers),
    ]
    thread = Thread(target=run_workers, args=(workers, stop))
    thread.start()
    try:
        with defis.transaction() as session:
            record(
                session,
                DefisNotice(
                    recipient=ana.known_to_operator_as,
                    kind="defi.gate_refused",
                    reference=f"defi:{uuid7()}",
                    title="Café des voisins",
                    facts={"reasons": ["report_too_thin"]},
                ),
            )
        eventually(lambda: service.rows("SELECT status FROM inbox") == [("waiting",)])
        with identity.transaction() as session:
            record(
                session,
                SubjectPaired(person_id=ana.id, owner="op1", pairwise_id=ana.known_to_operator_as),
            )
            record(session, ContactConfirmed(person_id=ana.id, email=ana.email, language="fr"))
        eventually(lambda: len(smtp.catcher.raw) == 1)
    finally:
        stop.set()
        thread.join()
    (mail,) = smtp.catcher.letters
    assert (mail.to, mail.subject) == (ana.email, "Café des voisins – L’étape suivante doit attendre")
    assert service.rows("SELECT count(*) FROM mail") == [(0,)]
    assert service.inbox(ana)["items"][0]["kind"] == "defi.gate_refused"
