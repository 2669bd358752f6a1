"""Everything the défi service reads from its environment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from libs.chassis.addresses import database_address
from libs.chassis.settings import SettingsError, setting


@dataclass(frozen=True, kw_only=True)
class DefisSettings:
    """Settings of one operator's instance. Several instances may share a process: nothing else knows the operator."""

    database_url: str = setting(
        "MAILLAGE_DEFIS_DATABASE_URL",
        "address of this operator's défi database",
        secret=True,
        check=database_address,
    )
    bus_url: str = setting("MAILLAGE_BUS_URL", "address of the message bus", secret=True)
    issuer: str = setting("MAILLAGE_ISSUER", "`iss` of the tokens that are trusted")
    jwks_url: str = setting("MAILLAGE_JWKS_URL", "where the issuer publishes its keys")
    owner: str = setting(
        "MAILLAGE_OWNER", "code of the operator, as `op1`: audience of tokens, part of addresses"
    )
    public_url: str = setting("MAILLAGE_PUBLIC_URL", "address of the site as people see it")
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
    territories: tuple[str, ...] = setting(
        "MAILLAGE_DEFIS_TERRITORIES",
        "codes of the départements and communes that this operator serves, separated by commas; none: everywhere",
        default=(),
    )
    committed_people: int = setting(
        "MAILLAGE_DEFIS_COMMITTED_PEOPLE",
        "how many people must be committed before a défi may ask for Cré’action",
        default=5,
    )
    invitation_life: timedelta = setting(
        "MAILLAGE_DEFIS_INVITATION_LIFE",
        "seconds for which an invitation can be answered",
        default=timedelta(days=14),
    )

    def __post_init__(self) -> None:
        """Refuse a gate that nobody would have to be committed for, and invitations that are never valid."""
        if self.committed_people < 1:
            raise SettingsError("MAILLAGE_DEFIS_COMMITTED_PEOPLE must be at least 1")
        if self.invitation_life <= timedelta(0):
            raise SettingsError("MAILLAGE_DEFIS_INVITATION_LIFE must be more than 0 seconds")
