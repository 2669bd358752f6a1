"""The notifications service in memory: an inbox, preferences, follows, and the links of its mails."""

from __future__ import annotations

from typing import Any

from tests.gateway.service import Refusal, Service

HANDLERS = {
    "GET notifications/v1/inbox": "list_notices",
    "POST notifications/v1/inbox/read": "mark_read",
    "(GET|PATCH) notifications/v1/preferences": "answer_preferences",
    "POST notifications/v1/follows/confirm": "confirm_follow",
    "(GET|POST) notifications/v1/unsubscribe/(.+)": "unsubscribe",
}


class Notifications(Service):
    """Its attributes are its state, to arrange and to look at."""

    def __init__(self) -> None:
        super().__init__()
        self.notices: list[dict[str, Any]] = []
        self.levels = {"proposal.refused": "at_once", "proposal.accepted": "daily"}

    def list_notices(self, asked: dict[str, Any]) -> tuple[int, Any]:
        return 200, {"items": self.notices, "next": None}

    def mark_read(self, asked: dict[str, Any]) -> tuple[int, Any]:
        for notice in self.notices:
            notice["read_at"] = "2026-11-21T12:00:00+00:00"
        return 200, {"read": len(self.notices)}

    def answer_preferences(self, asked: dict[str, Any], _method: str) -> tuple[int, Any]:
        self.levels |= asked["body"].get("levels", {})
        label = {"group": "proposals", "group_label": "Mes propositions", "default": "at_once"}
        return 200, {
            "items": [
                {"kind": kind, "label": kind, "level": level, **label} for kind, level in self.levels.items()
            ]
        }

    def confirm_follow(self, asked: dict[str, Any]) -> tuple[int, Any]:
        if asked["body"]["token"] != "good":
            raise Refusal(422, "follow.link", "Ce lien a déjà servi ou a expiré.")
        return 200, {"id": "1", "topic": "commune:88304", "path": "/ici/88304", "since": None}

    def unsubscribe(self, asked: dict[str, Any], method: str, token: str) -> tuple[int, Any]:
        if token != "a b/c":
            raise Refusal(404, "unsubscribe.link", "Ce lien n’arrête rien.")
        label = "Les courriels sur vos propositions"
        return 200, {"what": "kind", "label": label, "follows": [], "stopped": method == "POST"}
