"""Everything the notifications service reads from its environment."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from libs.chassis.addresses import database_address
from libs.chassis.settings import SettingsError, setting

_SHORTEST_SECRET = 32


@dataclass(frozen=True, kw_only=True)
class NotificationsSettings:
    """Settings of the coalition's notifications service. The defaults are safe in production."""

    database_url: str = setting(
        "MAILLAGE_NOTIFICATIONS_DATABASE_URL",
        "address of the notifications database",
        secret=True,
        check=database_address,
    )
    bus_url: str = setting("MAILLAGE_BUS_URL", "address of the message bus", secret=True)
    secret: str = setting(
        "MAILLAGE_NOTIFICATIONS_SECRET",
        "what the links in mails are signed with, at least 32 characters",
        secret=True,
    )
    public_url: str = setting("MAILLAGE_PUBLIC_URL", "address of the site as people see it")
    issuer: str = setting("MAILLAGE_ISSUER", "`iss` of the tokens that are trusted")
    jwks_url: str = setting("MAILLAGE_JWKS_URL", "where the issuer publishes its keys")
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
    digest_hour: int = setting(
        "MAILLAGE_NOTIFICATIONS_DIGEST_HOUR",
        "hour at which daily digests leave, 0 to 23, in Europe/Paris",
        default=7,
    )

    def __post_init__(self) -> None:
        """Refuse a secret that could be guessed, and an hour that no clock shows."""
        if len(self.secret) < _SHORTEST_SECRET:
            raise SettingsError(
                f"MAILLAGE_NOTIFICATIONS_SECRET must have at least {_SHORTEST_SECRET} characters"
            )
        if not 0 <= self.digest_hour <= 23:
            raise SettingsError(
                f"MAILLAGE_NOTIFICATIONS_DIGEST_HOUR must be from 0 to 23, not {self.digest_hour}"
            )
