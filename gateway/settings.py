"""What the gateway reads from its environment; read once, in the composition root."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from libs.chassis.settings import SettingsError, setting


@dataclass(frozen=True, kw_only=True)
class GatewaySettings:
    """Settings of the public site. The defaults are safe in production."""

    secret: str = setting(
        "MAILLAGE_GATEWAY_SECRET",
        "key that signs session cookies and form tokens, at least 32 characters",
        secret=True,
    )
    public_url: str = setting("MAILLAGE_PUBLIC_URL", "address of the site as people see it")
    services_url: str = setting(
        "MAILLAGE_SERVICES_URL",
        "where the gateway reaches the services, as scheme and host",
        default="http://127.0.0.1",
    )
    owner: str = setting("MAILLAGE_OWNER", "owner that labels the metrics", default="coalition")
    secure_cookies: bool = setting("MAILLAGE_SECURE_COOKIES", "send cookies over HTTPS only", default=True)
    read_only: bool = setting(
        "MAILLAGE_READ_ONLY", "say on every page that nothing can be changed for now", default=False
    )
    reads_kept: timedelta = setting(
        "MAILLAGE_READS_KEPT",
        "seconds for which what is the same for everybody is kept for readers whom nobody can tell apart; 0 for none",
        default=timedelta(seconds=3),
    )
    demo_mail: Path | None = setting(
        "MAILLAGE_DEMO_MAIL", "Maildir whose mails anyone may read, in a demo only", default=None
    )

    demo_accounts: tuple[str, ...] = setting(
        "MAILLAGE_DEMO_ACCOUNTS",
        "whom anyone may sign in as, in a demo only: address:name:part:operator, separated by commas",
        default=(),
    )

    publisher: str = setting(
        "MAILLAGE_PUBLISHER", "who publishes the site: name and address, for the legal notice", default=""
    )
    publication_director: str = setting(
        "MAILLAGE_PUBLICATION_DIRECTOR", "who answers for what is published", default=""
    )
    host: str = setting("MAILLAGE_HOST", "who hosts the site: name, address, telephone", default="")
    contact: str = setting("MAILLAGE_CONTACT", "e-mail address for questions about the site", default="")
    data_protection_officer: str = setting(
        "MAILLAGE_DPO", "how to reach the data protection officer", default=""
    )

    def __post_init__(self) -> None:
        """Refuse a secret that could be guessed."""
        if len(self.secret) < 32:
            raise SettingsError("MAILLAGE_GATEWAY_SECRET must be at least 32 characters")
