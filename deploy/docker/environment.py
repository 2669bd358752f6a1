"""What an installation in containers is told, made up at random once: `make env`.

Writes `.env`, which docker-compose reads, and the accounts of RabbitMQ with the digests of their passwords. What stands
in `.env` already is kept; what is missing is added, and a secret whose line was emptied is drawn anew. Needs nothing
but Python.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[2]
SERVICES = ("identity", "consultation", "notifications")
OPERATORS = ("op1", "op2")
"""Whose défis are served; `operators.py` adds one."""
DEMO_TERRITORIES = {"op1": "88", "op2": "35"}
VHOST = "maillage"
SECRETS = (
    "POSTGRES_PASSWORD",
    *(f"{name.upper()}_DATABASE_PASSWORD" for name in (*SERVICES, *OPERATORS)),
    *(f"{name.upper()}_BUS_PASSWORD" for name in (*SERVICES, *OPERATORS)),
    "IDENTITY_SECRET",
    "NOTIFICATIONS_SECRET",
    "GATEWAY_SECRET",
)
ASKED = ("COMPOSE_PROFILES", "EDGE_PORT", "PROMETHEUS_PORT", "PUBLIC_URL")
"""What may be said before or behind `make env`, the first time."""


def complete(known: Mapping[str, str], environ: Mapping[str, str]) -> dict[str, str]:
    """The whole of `.env`: what is `known`, and what is missing from it, drawn or taken from `environ`."""
    port = environ.get("EDGE_PORT") or known.get("EDGE_PORT") or "8080"
    url = environ.get("PUBLIC_URL") or known.get("PUBLIC_URL") or f"http://127.0.0.1:{port}"
    profiles = environ.get("COMPOSE_PROFILES", "")
    demo = "demo" in profiles.split(",")
    plain = {
        # Here and not on the command line: whoever starts something again without them would change something else.
        "COMPOSE_PROFILES": profiles,
        "DEMO_MAIL": "/mail" if demo else "",
        **{
            f"{code.upper()}_TERRITORIES": DEMO_TERRITORIES.get(code, "") if demo else ""
            for code in OPERATORS
        },
        "EDGE_PORT": port,
        "PROMETHEUS_PORT": environ.get("PROMETHEUS_PORT") or "9090",
        "PUBLIC_URL": url,
        "SECURE_COOKIES": "true" if url.startswith("https://") else "false",
        "SMTP_URL": "smtp://mail:2525",
        "MAIL_FROM": "Maillage <ne-pas-repondre@maillage.example>",
    }
    drawn = {name: secrets.token_urlsafe(32) for name in SECRETS if not known.get(name)}
    return {**plain, **known, **drawn}


def accounts(told: Mapping[str, str]) -> dict[str, Any]:
    """RabbitMQ's accounts: each may touch the bus and its own mailbox, and no other's."""
    owners = {name: f"coalition.{name}" for name in SERVICES} | {code: f"{code}.defis" for code in OPERATORS}
    return {
        "users": [
            {
                "name": name,
                "password_hash": _digest(told[f"{name.upper()}_BUS_PASSWORD"]),
                "hashing_algorithm": "rabbit_password_hashing_sha256",
                "tags": [],
                "limits": {},
            }
            for name in owners
        ],
        "permissions": [
            {"user": name, "vhost": VHOST, **dict.fromkeys(("configure", "write", "read"), _own(mailbox))}
            for name, mailbox in owners.items()
        ],
        # Whose facts an account may tell: its own. Without it, an operator could announce the issuer's keys.
        "topic_permissions": [
            {
                "user": name,
                "vhost": VHOST,
                "exchange": "bus",
                "write": rf"^{re.escape(mailbox)}\.",
                "read": ".*",
            }
            for name, mailbox in owners.items()
        ],
    }


def _own(mailbox: str) -> str:
    return rf"^(bus|bus\.dead|{re.escape(mailbox)})$"


def _digest(password: str) -> str:
    """https://www.rabbitmq.com/docs/passwords: four bytes of salt, then the SHA-256 of salt and password."""
    salt = hashlib.sha256(b"salt:" + password.encode()).digest()[
        :4
    ]  # the same each time: the file changes only if it must
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def read(path: Path) -> dict[str, str]:
    """The variables of an `.env`; none where there is none."""
    lines = path.read_text().splitlines() if path.exists() else []
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def main(folder: Path = CHECKOUT, environ: Mapping[str, str] = os.environ) -> None:
    """Write both files, readable by their owner and by RabbitMQ."""
    path = folder / ".env"
    known = read(path)
    told = complete(known, environ)
    text = "".join(f"{name}={value}\n" for name, value in told.items())
    partial = path.with_name(".env.partial")
    partial.touch(mode=0o600)
    partial.write_text(
        f"# Written by `make env`. Secrets: keep a copy where the databases' copies are not.\n{text}"
    )
    partial.replace(path)
    definitions = folder / "deploy/rabbitmq/definitions/20-accounts.json"
    definitions.write_text(json.dumps(accounts(told), indent=2) + "\n")
    # Whatever this shell's umask: RabbitMQ is another user, and only digests are in it.
    definitions.chmod(0o644)
    kept = sum(told[name] == value for name, value in known.items())
    sys.stdout.write(
        f"{path}: {len(told) - kept} variables written, {kept} kept. The site will be at {told['PUBLIC_URL']}\n"
    )
    for name in ASKED:
        if environ.get(name, told[name]) != told[name]:
            sys.stdout.write(f"{name} stays {told[name] or 'empty'}, as in .env: change it there.\n")


if __name__ == "__main__":
    main()
