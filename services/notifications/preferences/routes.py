"""What one receives by mail."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from libs.chassis.i18n import language_of_request
from libs.chassis.web import Blueprint, account, principal, transaction
from services.notifications.kinds.catalogue import GROUPS, KINDS
from services.notifications.kinds.rules import Level
from services.notifications.people.commands import ensure_account
from services.notifications.preferences import commands, queries
from services.notifications.preferences.schemas import ChoicesSchema, PreferencesSchema
from services.notifications.wording import words_in

preferences = Blueprint("preferences", __name__, url_prefix="/v1", description="What comes by mail")


@preferences.get("/preferences")
@account
@preferences.response(200, PreferencesSchema())
def show() -> dict[str, Any]:
    """How the caller receives each kind of notice."""
    with transaction() as session:
        return _shown(session)


@preferences.patch("/preferences")
@account
@preferences.arguments(ChoicesSchema())
@preferences.response(200, PreferencesSchema())
def choose(choices: dict[str, Any]) -> dict[str, Any]:
    """Receive some kinds of notices otherwise from now on."""
    levels = {kind: Level(level) for kind, level in choices["levels"].items()}
    now = datetime.now(UTC)
    with transaction() as session:
        recipient = ensure_account(session, principal().subject, language_of_request(), now)
        commands.choose(session, recipient, levels, now)
        return _shown(session)


def _shown(session: Session) -> dict[str, Any]:
    words = words_in(language_of_request())
    levels = queries.levels_of(session, principal().subject)
    return {
        "items": [
            {
                "kind": kind.code,
                "label": words.say(kind.headline),
                "group": kind.group,
                "group_label": words.say(GROUPS[kind.group]),
                "level": levels[kind.code],
                "default": kind.default,
            }
            for kind in KINDS.values()
        ]
    }
