"""The worker: what it hears, what it does by the clock, and that it starts and stops."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import Any

from joserfc.jwk import OKPKey
from sqlalchemy import text

from libs.chassis.db import Database
from libs.chassis.embedded import EmbeddedBus
from libs.chassis.ids import uuid7
from libs.chassis.keys import KeyStore
from libs.chassis.testing.waiting import PATIENCE_S, eventually
from libs.chassis.worker import run_workers
from libs.contracts.envelope import Envelope
from libs.contracts.identity import KeysRotated
from services.consultation.consultations.models import Consultation
from services.consultation.settings import ConsultationSettings
from services.consultation.worker import create_worker
from tests.consultation.conftest import ISSUER


def settings(database: Database) -> ConsultationSettings:
    return ConsultationSettings(database_url=database.url, bus_url="embedded://", issuer=ISSUER, jwks_url="")


def rotation(kid: str, sequence: int) -> str:
    key = OKPKey.generate_key("Ed25519", {"kid": kid}, private=True)
    event = KeysRotated(issuer=ISSUER, jwks={"keys": [key.as_dict(private=False)]})
    return Envelope(
        id=uuid7(),
        type=event.type("coalition"),
        source="/coalition/identity",
        subject=event.subject,
        sequence=sequence,
        time=datetime.now(UTC),
        data=event.dump(),
        traceparent="",
    ).to_json()


def test_the_issuers_keys_are_kept_as_they_rotate(database: Database) -> None:
    inbox = create_worker(settings(database), database, EmbeddedBus()).inbox
    assert "coalition.identity.keys_rotated.v1" in inbox.bindings
    assert inbox.receive([rotation("mai", 1)]) == [True]
    assert KeyStore(database).get(ISSUER, "mai") is not None
    assert inbox.receive([rotation("juin", 2)]) == [True]
    assert KeyStore(database).get(ISSUER, "juin") is not None
    assert KeyStore(database).get(ISSUER, "mai") is None


def test_the_worker_tells_an_opening_by_itself_and_stops_when_told(
    database: Database, make_consultation: Any
) -> None:
    opened: Consultation = make_consultation(
        opens_at=datetime.now(UTC) - timedelta(seconds=1), opening_recorded=False
    )
    worker = create_worker(settings(database), database, EmbeddedBus())
    stop = Event()
    running = Thread(target=run_workers, args=([worker], stop))
    running.start()
    try:
        eventually(lambda: journal(database))
    finally:
        stop.set()
        running.join(PATIENCE_S)
    assert journal(database) == ["coalition.consultation.opened.v1"]
    assert not running.is_alive()
    with database.transaction() as session:
        assert session.get_one(Consultation, opened.id).opening_recorded


def journal(database: Database) -> list[str]:
    """The types of what the service has told."""
    with database.transaction() as session:
        return list(session.scalars(text("SELECT type FROM journal")))
