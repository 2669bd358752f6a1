"""What a service is told when everything runs on one machine.

Services read addresses and secrets from their environment and refuse to start without them. Here, and only here, are
they supplied: the embedded PostgreSQL, the embedded bus, secrets generated once and kept in the data folder. What the
environment already says wins.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deploy.local.folder import DataFolder
from deploy.local.postgres import SERVICES, service_url
from deploy.local.refusals import Refused

DEFAULT_PORT = 8000
READ_ELSEWHERE = ("MAILLAGE_DATA", "MAILLAGE_TEST_DATA")


def port(environ: Mapping[str, str]) -> int:
    """The port of the site, from `PORT`; 0 takes a free one."""
    text = environ.get("PORT", "").strip() or str(DEFAULT_PORT)
    if not text.isdecimal() or int(text) > 65535:
        raise Refused(f"PORT must be a number from 0 to 65535, not {text!r}.")
    return int(text)


def compose(
    folder: DataFolder,
    environ: Mapping[str, str],
    *,
    postgres_port: int,
    url: str,
    mail_port: int = 0,
    demo: bool = False,
) -> dict[str, str]:
    """The whole environment of the system's processes."""
    public_url = environ.get("MAILLAGE_PUBLIC_URL", "").rstrip("/") or url
    supplied = {
        f"MAILLAGE_{service.upper()}_DATABASE_URL": service_url(
            service, folder.secret(f"postgres:{service}"), postgres_port
        )
        for service in SERVICES
    }
    supplied |= {
        "MAILLAGE_DATA": str(folder),
        "MAILLAGE_BUS_URL": "embedded://",
        "MAILLAGE_PUBLIC_URL": public_url,
        "MAILLAGE_ISSUER": f"{public_url}/api/identity",
        "MAILLAGE_JWKS_URL": f"{public_url}/api/identity/.well-known/jwks.json",
        "MAILLAGE_IDENTITY_SECRET": folder.secret("identity"),
        "MAILLAGE_GATEWAY_SECRET": folder.secret("gateway"),
        "MAILLAGE_SECURE_COOKIES": "true" if public_url.startswith("https://") else "false",
        # Without a catcher (`mail_port` 0) no worker runs, and nothing is sent.
        "MAILLAGE_SMTP_URL": f"smtp://127.0.0.1:{mail_port or 25}",
        "MAILLAGE_MAIL_FROM": "Maillage <ne-pas-repondre@maillage.example>",
    }
    if demo:
        supplied["MAILLAGE_DEMO_MAIL"] = str(folder.mail)
    given = {name: value for name, value in environ.items() if value.strip() or name not in supplied}
    return supplied | given


def catches_mail(environ: Mapping[str, str]) -> bool:
    """Whether mails are caught here, because the environment names no mail server."""
    return not environ.get("MAILLAGE_SMTP_URL", "").strip()


def read(environ: Mapping[str, str], *wanted: type[Any]) -> tuple[Any, ...]:
    """The settings objects of classes `wanted`. Raises `Refused`, naming every variable that is wrong or unknown."""
    from gateway.settings import GatewaySettings
    from libs.chassis.settings import SettingsError, read_settings
    from services.consultation.settings import ConsultationSettings
    from services.identity.settings import IdentitySettings

    every = (IdentitySettings, ConsultationSettings, GatewaySettings)
    try:
        found = dict(zip(every, read_settings(environ, *every, known=READ_ELSEWHERE), strict=True))
    except (SettingsError, ValueError) as error:
        raise Refused(str(error)) from error
    return tuple(found[cls] for cls in wanted)
