"""Write the documents that are made from the code: `docs/events.md` and `docs/openapi/*.json`.

`python -m docs.generate` writes them; with `--check` it writes nothing and fails if one is not what the code says.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from flask import Flask

from libs.chassis.db import Database
from libs.chassis.tokens import TokenVerifier
from libs.contracts import catalogue
from services.consultation.app import create_app as create_consultation
from services.consultation.settings import ConsultationSettings
from services.identity.app import create_app as create_identity
from services.identity.settings import IdentitySettings

DOCS = Path(__file__).parent


class NoKeys:
    """A verifier's keys, for an app that only describes itself."""

    def get(self, issuer: str, kid: str) -> None:
        """There is none."""


def documents() -> dict[Path, str]:
    """Every generated file with the content it should have."""
    found = {DOCS / "events.md": catalogue.render()}
    for name, app in apps().items():
        description = app.extensions["maillage.api"].spec.to_dict()
        found[DOCS / "openapi" / f"{name}.json"] = (
            json.dumps(description, indent=1, ensure_ascii=False) + "\n"
        )
    return found


def apps() -> dict[str, Flask]:
    """Every service's app, described but connected to nothing."""
    verifier = TokenVerifier(NoKeys(), issuers=frozenset(), audience="coalition")

    def database(service: str) -> Database:
        return Database("postgresql://nowhere.invalid/none", service=service, owner="coalition")

    return {
        "identity": create_identity(
            IdentitySettings(
                database_url="",
                bus_url="",
                secret="-" * 32,
                public_url="https://maillage.example",
                issuer="https://maillage.example/api/identity",
                smtp_url="smtp://mail.invalid",
                mail_from="nobody@maillage.example",
            ),
            database("identity"),
            verifier,
        ),
        "consultation": create_consultation(
            ConsultationSettings(database_url="", bus_url="", issuer="", jwks_url=""),
            database("consultation"),
            verifier,
        ),
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
