"""What a service is told when everything runs on one machine.

Services read addresses and secrets from their environment and refuse to start without them. Here, and only here, are
they supplied: the embedded PostgreSQL, the embedded bus, secrets generated once and kept in the data folder. What the
environment already says wins.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from deploy.local.folder import DataFolder
from deploy.local.instances import OPERATORS, instances, operators_in
from deploy.local.postgres import service_url
from deploy.local.refusals import Refused

if TYPE_CHECKING:
    from services.defis.settings import DefisSettings

DEFAULT_PORT = 8000
_DEFIS = "MAILLAGE_DEFIS_"
DEMO_OPERATORS = {"op1": "88", "op2": "35"}
"""A demo's operators, and the département that each serves."""
_DEMO_PUBLISHER = {
    "MAILLAGE_PUBLISHER": "La coalition de démonstration, 1 place de la Mairie, 88000 Épinal",
    "MAILLAGE_PUBLICATION_DIRECTOR": "Claire, coordinatrice de la démonstration",
    "MAILLAGE_HOST": "Cette machine : rien n’en sort",
    "MAILLAGE_CONTACT": "contact@demo.example",
    "MAILLAGE_DPO": "dpo@demo.example",
}
READ_ELSEWHERE = ("MAILLAGE_DATA", "MAILLAGE_TEST_DATA", OPERATORS)


def port(environ: Mapping[str, str]) -> int:
    """The port of the site, from `PORT`; 0 takes a free one."""
    text = environ.get("PORT", "").strip() or str(DEFAULT_PORT)
    if not text.isdecimal() or int(text) > 65535:
        raise Refused(f"PORT must be a number from 0 to 65535, not {text!r}.")
    return int(text)


def operators(environ: Mapping[str, str], *, demo: bool) -> tuple[str, ...]:
    """The codes of the operators whose défis are served: those that the environment names, else a demo's own two."""
    return operators_in(environ) or (tuple(DEMO_OPERATORS) if demo else ())


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
    served = operators(environ, demo=demo)
    supplied = {
        instance.database_variable: service_url(
            instance.name, folder.secret(f"postgres:{instance.name}"), postgres_port
        )
        for instance in instances(served)
    }
    supplied |= {
        "MAILLAGE_DATA": str(folder),
        OPERATORS: ",".join(served),
        "MAILLAGE_BUS_URL": "embedded://",
        "MAILLAGE_PUBLIC_URL": public_url,
        "MAILLAGE_ISSUER": f"{public_url}/api/identity",
        "MAILLAGE_JWKS_URL": f"{public_url}/api/identity/.well-known/jwks.json",
        "MAILLAGE_IDENTITY_SECRET": folder.secret("identity"),
        "MAILLAGE_NOTIFICATIONS_SECRET": folder.secret("notifications"),
        "MAILLAGE_GATEWAY_SECRET": folder.secret("gateway"),
        "MAILLAGE_ERASURE_LOG": str(folder.erasures),
        "MAILLAGE_SECURE_COOKIES": "true" if public_url.startswith("https://") else "false",
        # Without a catcher (`mail_port` 0) no worker runs, and nothing is sent.
        "MAILLAGE_SMTP_URL": f"smtp://127.0.0.1:{mail_port or 25}",
        "MAILLAGE_MAIL_FROM": "Maillage <ne-pas-repondre@maillage.example>",
    }
    if demo:
        supplied |= {"MAILLAGE_DEMO_MAIL": str(folder.mail), "MAILLAGE_DEMO_ACCOUNTS": _demo_accounts()}
        supplied |= _demo_territories(environ, served)
        supplied |= _DEMO_PUBLISHER
    given = {name: value for name, value in environ.items() if value.strip() or name not in supplied}
    return supplied | given


def _demo_accounts() -> str:
    from deploy.local.demo.cast import cast

    return ",".join(member.as_setting() for member in cast())


def _demo_territories(environ: Mapping[str, str], served: Iterable[str]) -> dict[str, str]:
    """What the demo's operators serve, unless the environment says it of all operators at once."""
    variable = f"{_DEFIS}TERRITORIES"
    if environ.get(variable, "").strip():
        return {}
    return {_own(variable, code): DEMO_OPERATORS[code] for code in served if code in DEMO_OPERATORS}


def catches_mail(environ: Mapping[str, str]) -> bool:
    """Whether mails are caught here, because the environment names no mail server."""
    return not environ.get("MAILLAGE_SMTP_URL", "").strip()


def read(environ: Mapping[str, str], *wanted: type[Any]) -> tuple[Any, ...]:
    """The settings objects of classes `wanted`. Raises `Refused`, naming every variable that is wrong or unknown."""
    from gateway.settings import GatewaySettings
    from libs.chassis.settings import SettingsError, read_settings
    from services.consultation.settings import ConsultationSettings
    from services.identity.settings import IdentitySettings
    from services.notifications.settings import NotificationsSettings

    every = (IdentitySettings, ConsultationSettings, NotificationsSettings, GatewaySettings)
    known = {*READ_ELSEWHERE, *_of_defis(environ)}
    try:
        found = dict(zip(every, read_settings(environ, *every, known=known), strict=True))
        read_defis(environ)
    except (SettingsError, ValueError) as error:
        raise Refused(str(error)) from error
    return tuple(found[cls] for cls in wanted)


def read_defis(environ: Mapping[str, str]) -> tuple[DefisSettings, ...]:
    """The settings of each operator's défi service. Raises `SettingsError`.

    An operator's own variable (`MAILLAGE_DEFIS_OP1_TERRITORIES`) wins over the one for all
    (`MAILLAGE_DEFIS_TERRITORIES`).
    """
    from libs.chassis.settings import read_settings
    from services.defis.settings import DefisSettings

    def of(operator: str) -> DefisSettings:
        given = {name: environ.get(name, "") for name in _declared_by_defis()}
        own = {name: environ[_own(name, operator)] for name in given if _own(name, operator) in environ}
        settings: DefisSettings
        (settings,) = read_settings({**given, **own, "MAILLAGE_OWNER": operator}, DefisSettings)
        return settings

    return tuple(of(operator) for operator in operators_in(environ))


def _of_defis(environ: Mapping[str, str]) -> Iterator[str]:
    """The variables that only défi services read; a database is always one operator's."""
    for name in _declared_by_defis():
        if not name.startswith(_DEFIS):
            continue
        if name != f"{_DEFIS}DATABASE_URL":
            yield name
        yield from (_own(name, operator) for operator in operators_in(environ))


def _declared_by_defis() -> list[str]:
    from services.defis.settings import DefisSettings

    return [field.metadata["variable"] for field in dataclasses.fields(DefisSettings)]


def _own(variable: str, operator: str) -> str:
    return variable.replace(_DEFIS, f"{_DEFIS}{operator.upper()}_", 1)
