"""Everything the identity service reads from its environment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from libs.chassis.addresses import database_address
from libs.chassis.settings import SettingsError, setting
from services.identity.keys.rules import KeyPolicy

_SHORTEST_SECRET = 32


@dataclass(frozen=True, kw_only=True)
class IdentitySettings:
    """Settings of one owner's identity service. The defaults are safe in production."""

    database_url: str = setting(
        "MAILLAGE_IDENTITY_DATABASE_URL",
        "address of the identity database",
        secret=True,
        check=database_address,
    )
    bus_url: str = setting("MAILLAGE_BUS_URL", "address of the message bus", secret=True)
    secret: str = setting(
        "MAILLAGE_IDENTITY_SECRET",
        "what signing keys are sealed and sign-in codes hashed with, at least 32 characters",
        secret=True,
    )
    public_url: str = setting("MAILLAGE_PUBLIC_URL", "address of the site as people see it")
    issuer: str = setting("MAILLAGE_ISSUER", "`iss` of the tokens made here: the public address of this API")
    smtp_url: str = setting("MAILLAGE_SMTP_URL", "mail server, as smtp://host:port", secret=True)
    mail_from: str = setting("MAILLAGE_MAIL_FROM", "sender of the mails")
    owner: str = setting(
        "MAILLAGE_OWNER", "whose service this is, and audience of tokens", default="coalition"
    )
    web_threads: int = setting("MAILLAGE_WEB_THREADS", "threads of one web process", default=8)
    internal_address: str = setting(
        "MAILLAGE_INTERNAL_ADDRESS", "host:port of /livez, /readyz and /metrics", default="127.0.0.1:0"
    )
    read_only: bool = setting(
        "MAILLAGE_READ_ONLY", "refuse whatever changes something; workers rest", default=False
    )
    erasure_log: Path | None = setting(
        "MAILLAGE_ERASURE_LOG",
        "folder, outside databases and backups, in which erasures are noted to be done again after a restore",
        default=None,
    )
    key_period: timedelta = setting(
        "MAILLAGE_IDENTITY_KEY_PERIOD", "seconds for which one key signs", default=timedelta(days=90)
    )
    key_notice: timedelta = setting(
        "MAILLAGE_IDENTITY_KEY_NOTICE",
        "seconds for which a key is published before it signs, so that everybody has it by then",
        default=timedelta(days=1),
    )

    def __post_init__(self) -> None:
        """Refuse a secret that could be guessed, and periods in which no key could take over."""
        if len(self.secret) < _SHORTEST_SECRET:
            raise SettingsError(f"MAILLAGE_IDENTITY_SECRET must have at least {_SHORTEST_SECRET} characters")
        if not timedelta(0) < self.key_notice < self.key_period:
            raise SettingsError(
                "MAILLAGE_IDENTITY_KEY_NOTICE must be shorter than MAILLAGE_IDENTITY_KEY_PERIOD"
            )

    @property
    def key_policy(self) -> KeyPolicy:
        """How long keys live."""
        return KeyPolicy(signs_for=self.key_period, announced_for=self.key_notice)
