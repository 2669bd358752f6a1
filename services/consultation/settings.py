"""Everything the consultation service reads from its environment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from libs.chassis.addresses import database_address
from libs.chassis.settings import setting


@dataclass(frozen=True, kw_only=True)
class ConsultationSettings:
    """Settings of one owner's consultation service; several may share a process with other services."""

    database_url: str = setting(
        "MAILLAGE_CONSULTATION_DATABASE_URL",
        "address of the consultation database",
        secret=True,
        check=database_address,
    )
    bus_url: str = setting("MAILLAGE_BUS_URL", "address of the message bus", secret=True)
    issuer: str = setting("MAILLAGE_ISSUER", "`iss` of the tokens that are trusted")
    jwks_url: str = setting("MAILLAGE_JWKS_URL", "where the issuer publishes its keys")
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
    figures_kept: timedelta = setting(
        "MAILLAGE_CONSULTATION_FIGURES_KEPT",
        "seconds for which figures of a whole consultation are kept in memory before they are counted again",
        default=timedelta(seconds=3),
    )
