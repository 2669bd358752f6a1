"""Write the documents that are made from the code: `docs/events.md` and `docs/openapi/*.json`.

`python -m docs.generate` writes them; with `--check` it writes nothing and fails if one is not what the code says.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask

from libs.chassis.db import Database
from libs.chassis.tokens import TokenVerifier
from libs.contracts import catalogue
from libs.contracts.event import Event
from services.consultation.app import create_app as create_consultation
from services.consultation.settings import ConsultationSettings
from services.consultation.worker import consumers as consultation_consumers
from services.defis.app import create_app as create_defis
from services.defis.settings import DefisSettings
from services.defis.worker import consumers as defis_consumers
from services.identity.app import create_app as create_identity
from services.identity.settings import IdentitySettings
from services.identity.worker import consumers as identity_consumers
from services.notifications.app import create_app as create_notifications
from services.notifications.settings import NotificationsSettings
from services.notifications.worker import consumers as notifications_consumers

DOCS = Path(__file__).parent
SITE = "https://maillage.example"
CONSUMERS = {
    "identity": identity_consumers,
    "consultation": consultation_consumers,
    "defis": defis_consumers,
    "notifications": notifications_consumers,
}


class NoKeys:
    """A verifier's keys, for an app that only describes itself."""

    def get(self, issuer: str, kid: str) -> None:
        """There is none."""


def documents() -> dict[Path, str]:
    """Every generated file with the content it should have."""
    found = {DOCS / "events.md": catalogue.render(_heard_by())}
    for name, app in apps().items():
        description = app.extensions["maillage.api"].spec.to_dict()
        found[DOCS / "openapi" / f"{name}.json"] = (
            json.dumps(description, indent=1, ensure_ascii=False) + "\n"
        )
    return found


def _heard_by() -> dict[type[Event], list[str]]:
    """The consumers of every service by the event that they hear, in the order of the services."""
    found: dict[type[Event], list[str]] = {}
    for service, consumers in CONSUMERS.items():
        for consumer in consumers:
            found.setdefault(consumer.event, []).append(f"{service}: {consumer.name}")
    return found


def apps() -> dict[str, Flask]:
    """Every service's app, described but connected to nothing. The défi service is that of one operator, `op1`."""
    verifier = TokenVerifier(NoKeys(), issuers=frozenset(), audience="coalition")

    def made(create: Callable[..., Flask], settings: Any, service: str, owner: str = "coalition") -> Flask:
        database = Database("postgresql://nowhere.invalid/none", service=service, owner=owner)
        return create(settings, database, verifier)

    shared: dict[str, Any] = {"database_url": "", "bus_url": "", "issuer": f"{SITE}/api/identity"}
    mail: dict[str, Any] = {"smtp_url": "smtp://mail.invalid", "mail_from": "nobody@maillage.example"}
    secret: dict[str, Any] = {"secret": "-" * 32, "public_url": SITE}
    identity = IdentitySettings(**shared, **mail, **secret)
    consultation = ConsultationSettings(**shared, jwks_url="")
    defis = DefisSettings(**shared, jwks_url="", owner="op1", public_url=SITE)
    notifications = NotificationsSettings(**shared, **mail, **secret, jwks_url="")
    return {
        "identity": made(create_identity, identity, "identity"),
        "consultation": made(create_consultation, consultation, "consultation"),
        "defis": made(create_defis, defis, "defis", owner="op1"),
        "notifications": made(create_notifications, notifications, "notifications"),
    }


def main() -> int:
    """Write the documents, or check them. Returns the exit code."""
    check = "--check" in sys.argv[1:]
    stale = []
    for path, content in documents().items():
        if path.exists() and path.read_text(encoding="utf-8") == content:
            continue
        stale.append(str(path.relative_to(DOCS.parent)))
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
    if stale and check:
        sys.stderr.write(f"Not what the code says: {', '.join(stale)}. Run `make docs`.\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
