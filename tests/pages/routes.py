"""Every route of the coalition's services, with who may call it, what others are told, and a body that it accepts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

IDENTITY, CONSULTATION, NOTIFICATIONS = (
    f"/api/{service}/v1" for service in ("identity", "consultation", "notifications")
)

ANYBODY = {
    "nobody", "visitor", "stranger", "author", "measurer", "moderator", "moderator elsewhere", "coordinator",
    "coordinator elsewhere", "administrator", "ebv",
}  # fmt: skip
PARTICIPANTS = ANYBODY - {"nobody"}
ACCOUNTS = PARTICIPANTS - {"visitor"}
COORDINATORS = {"coordinator", "administrator"}
ADMINISTRATORS = {"administrator"}


@dataclass(frozen=True)
class Route:
    """One operation: who may, and what some are told instead of 401 (nobody) or 403 (everybody else)."""

    method: str
    path: str
    may: set[str]
    body: Any = None
    told: dict[str, int] = field(default_factory=dict)

    @property
    def operation(self) -> tuple[str, str]:
        """As the OpenAPI description names it."""
        return self.method, self.path.partition("?")[0]


def soon(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()


TODAY = datetime.now(UTC).date().isoformat()
FRENCH = {"fr": "Un texte."}
CAUSE = {"slug": "autre-cause", "title": FRENCH, "mandate": FRENCH, "opens_at": soon(0), "closes_at": soon(9)}
WORKSHOP = {
    "title": FRENCH, "agenda": FRENCH, "facilitator": "Ligue", "starts_at": soon(3), "ends_at": soon(4), "place": "Ici",
    "proposals": ["{accepted}"],
}  # fmt: skip
ACTION = {
    "title": FRENCH,
    "description": FRENCH,
    "bodies": {"owner": "Région", "measurer": "Université", "measurer_account": "{measurer}"},
}
INDICATOR = {
    "title": FRENCH, "unit": "m", "baseline": "0", "target": "9", "first_due_on": TODAY, "every_months": 6,
}  # fmt: skip
MEASURE = {"measured_on": TODAY, "value": "1", "evidence": "Relevé."}
CONSULTATION_ASKED = {
    "cause": "{cause}", "slug": "mobilites", "title": FRENCH, "question": FRENCH, "introduction": FRENCH,
    "opens_at": soon(5), "closes_at": soon(9), "consent": {"version": 1, "text": FRENCH},
    "governance": {
        "controllers": ["Coalition"], "dpo": "dpo@maillage.example", "impact_assessment": "AIPD", "minimum_age": 15,
        "votes_kept_until": "2028-12-31", "contacts_kept_until": "2027-12-31",
    },
}  # fmt: skip
VERSION = {"note": FRENCH}
ASKED = f"{CONSULTATION}/consultations/{{slug}}"
HIDDEN = dict.fromkeys(ANYBODY, 404)
"""What is told of an object that others may not know of: that there is none."""

ROUTES = [
    Route("get", "/api/identity/.well-known/jwks.json", ANYBODY),
    Route("get", "/api/identity/.well-known/openid-configuration", ANYBODY),
    Route("post", f"{IDENTITY}/visitors", ANYBODY, {}),
    Route("post", f"{IDENTITY}/sign-in", ANYBODY, {"email": "qui"}),
    Route("post", f"{IDENTITY}/token", ANYBODY, {"grant_type": "email_link", "token": "x"}),
    Route("delete", f"{IDENTITY}/session", ANYBODY, {"session": "x"}),
    Route("get", f"{IDENTITY}/me", ACCOUNTS),
    Route("patch", f"{IDENTITY}/me", ACCOUNTS, {"language": "fr"}),
    Route("get", f"{IDENTITY}/me/held", ACCOUNTS),
    Route("post", f"{IDENTITY}/me/erasure", ACCOUNTS, {"email": "another@exemple.fr"}),
    Route("get", f"{IDENTITY}/erasures/{{receipt}}", set(), told=HIDDEN),
    Route("get", f"{IDENTITY}/people?email=stranger@exemple.fr", ADMINISTRATORS),
    Route("get", f"{IDENTITY}/grants?person={{moderator}}", ACCOUNTS),
    Route(
        "post",
        f"{IDENTITY}/grants",
        ADMINISTRATORS,
        {"person": "{measurer}", "role": "moderator", "scope": "cause:{accepted}"},
    ),
    Route("delete", f"{IDENTITY}/grants/{{grant}}", ADMINISTRATORS),
    Route("get", f"{IDENTITY}/organisations", ANYBODY),
    Route("post", f"{IDENTITY}/organisations", ADMINISTRATORS, {"name": "Ligue", "kind": "association"}),
    Route("get", f"{IDENTITY}/operators", ANYBODY),
    Route("post", f"{IDENTITY}/operators", ADMINISTRATORS, {"code": "op9"}),
    Route("get", f"{IDENTITY}/operators/{{operator}}", ANYBODY),
    Route("patch", f"{IDENTITY}/operators/{{operator}}", ADMINISTRATORS, {"status": "active"}),
    Route("get", f"{IDENTITY}/territories?level=departement", ANYBODY),
    Route("get", f"{IDENTITY}/territories/search?q=epinal", ANYBODY),
    Route("get", f"{IDENTITY}/territories/by-kind", ANYBODY),
    Route("get", f"{IDENTITY}/territories/{{code}}", ANYBODY),
    Route("get", f"{CONSULTATION}/causes", ANYBODY),
    Route("post", f"{CONSULTATION}/causes", {"administrator"}, CAUSE),
    Route("get", f"{CONSULTATION}/causes/{{cause}}", ANYBODY),
    Route("get", f"{CONSULTATION}/consultations", ANYBODY),
    Route("post", f"{CONSULTATION}/consultations", COORDINATORS, CONSULTATION_ASKED),
    Route("get", ASKED, ANYBODY),
    Route("get", f"{ASKED}/governance", COORDINATORS),
    Route("get", f"{ASKED}/consent", ANYBODY),
    Route("post", f"{ASKED}/consent", PARTICIPANTS, {"version": 1}),
    Route("get", f"{ASKED}/proposals", ANYBODY),
    Route(
        "post",
        f"{ASKED}/proposals",
        ACCOUNTS,
        {"text": "Il faut des bancs.", "language": "fr"},
    ),
    Route("get", f"{ASKED}/proposals/similar?text=bancs", ANYBODY),
    Route("get", f"{CONSULTATION}/proposals?ids={{accepted}}", ANYBODY),
    Route("get", f"{CONSULTATION}/proposals/{{accepted}}", ANYBODY),
    Route("get", f"{CONSULTATION}/proposals/{{pending}}", {"author", "moderator"}, told=HIDDEN),
    Route("get", f"{CONSULTATION}/me/proposals", ACCOUNTS),
    Route("get", f"{ASKED}/moderation", {"moderator"}),
    Route("post", f"{ASKED}/moderation/next", {"moderator"}),
    Route(
        "post",
        f"{CONSULTATION}/proposals/{{pending}}/decision",
        {"moderator"},
        {"decision": "postpone"},
        {"moderator elsewhere": 404},
    ),
    Route("put", f"{CONSULTATION}/proposals/{{accepted}}/vote", PARTICIPANTS, {"choice": "agree"}),
    Route(
        "put",
        f"{CONSULTATION}/proposals/{{pending}}/vote",
        {"author"},
        {"choice": "agree"},
        HIDDEN | {"nobody": 401},
    ),
    Route("get", f"{CONSULTATION}/proposals/{{accepted}}/vote", PARTICIPANTS),
    Route("delete", f"{CONSULTATION}/proposals/{{accepted}}/vote", PARTICIPANTS),
    Route("post", f"{ASKED}/votes", PARTICIPANTS, {"votes": [{"proposal": "{accepted}", "choice": "agree"}]}),
    Route("get", f"{ASKED}/sequence", ANYBODY),
    Route("get", f"{ASKED}/results", ANYBODY),
    Route("get", f"{ASKED}/results/proposals", ANYBODY),
    Route("get", f"{ASKED}/results/versions", ANYBODY),
    Route("get", f"{ASKED}/results/versions/1", COORDINATORS, told=HIDDEN),
    Route("get", f"{ASKED}/results/versions/1/proposals", COORDINATORS, told=HIDDEN),
    Route("post", f"{ASKED}/results/versions", COORDINATORS, VERSION),
    Route("delete", f"{ASKED}/consent", PARTICIPANTS),
    Route("get", f"{CONSULTATION}/causes/{{cause}}/workshops", ANYBODY),
    Route("post", f"{CONSULTATION}/causes/{{cause}}/workshops", COORDINATORS, WORKSHOP),
    Route("get", f"{CONSULTATION}/workshops/{{workshop}}", ANYBODY),
    Route("put", f"{CONSULTATION}/workshops/{{workshop}}/place", ACCOUNTS),
    Route("get", f"{CONSULTATION}/workshops/{{workshop}}/place", ACCOUNTS),
    Route("delete", f"{CONSULTATION}/workshops/{{workshop}}/place", ACCOUNTS),
    Route("put", f"{CONSULTATION}/workshops/{{workshop}}/capacity", COORDINATORS, {"capacity": 50}),
    Route("post", f"{CONSULTATION}/workshops/{{workshop}}/report", COORDINATORS, {"minutes": "Dit.", "attendance": 3}),
    Route("post", f"{CONSULTATION}/workshops/{{workshop}}/cancellation", COORDINATORS),
    Route("get", f"{CONSULTATION}/actions", ANYBODY),
    Route("get", f"{CONSULTATION}/causes/{{cause}}/actions", ANYBODY),
    Route("post", f"{CONSULTATION}/causes/{{cause}}/actions", COORDINATORS, ACTION),
    Route("get", f"{CONSULTATION}/actions/{{action}}", ANYBODY),
    Route("get", f"{CONSULTATION}/actions/{{action}}/measures", ANYBODY),
    Route("put", f"{CONSULTATION}/actions/{{action}}/bodies", COORDINATORS, ACTION["bodies"]),
    Route("post", f"{CONSULTATION}/actions/{{action}}/milestones", COORDINATORS, {"title": FRENCH, "due_on": TODAY}),
    Route("put", f"{CONSULTATION}/milestones/{{milestone}}", COORDINATORS, {"reached_on": TODAY}),
    Route("post", f"{CONSULTATION}/actions/{{action}}/indicators", COORDINATORS, INDICATOR),
    Route("get", f"{CONSULTATION}/indicators/{{indicator}}/measures", ANYBODY),
    Route("post", f"{CONSULTATION}/indicators/{{indicator}}/measures", {"measurer"}, MEASURE),
    Route("put", f"{CONSULTATION}/actions/{{action}}/status", COORDINATORS, {"status": "under_way"}),
    Route("get", f"{CONSULTATION}/observatory", ANYBODY),
    Route("get", f"{CONSULTATION}/observatory/defis", ANYBODY),
    Route("get", f"{CONSULTATION}/communes/{{code}}", ANYBODY),
    Route("get", f"{CONSULTATION}/me/held", ACCOUNTS),
    Route("get", f"{NOTIFICATIONS}/inbox", ACCOUNTS),
    Route("get", f"{NOTIFICATIONS}/inbox/unread", ACCOUNTS),
    Route("put", f"{NOTIFICATIONS}/inbox/{{notice}}/read", {"author"}, told=dict.fromkeys(ACCOUNTS, 404)),
    Route("post", f"{NOTIFICATIONS}/inbox/read", ACCOUNTS, {}),
    Route("get", f"{NOTIFICATIONS}/preferences", ACCOUNTS),
    Route("patch", f"{NOTIFICATIONS}/preferences", ACCOUNTS, {"levels": {}}),
    Route("get", f"{NOTIFICATIONS}/follows", ACCOUNTS),
    Route("post", f"{NOTIFICATIONS}/follows", ACCOUNTS, {"topic": "commune:88160"}),
    Route("delete", f"{NOTIFICATIONS}/follows/{{follow}}", {"author"}, told=dict.fromkeys(ACCOUNTS, 404)),
    Route("get", f"{NOTIFICATIONS}/follows/count?topic=commune:88160", ANYBODY),
    Route("post", f"{NOTIFICATIONS}/follows/by-email", ANYBODY, {"email": "suivi", "topic": "commune:88160"}),
    Route("post", f"{NOTIFICATIONS}/follows/confirm", ANYBODY, {"token": "x"}),
    Route("get", f"{NOTIFICATIONS}/unsubscribe/{{token}}", set(), told=HIDDEN),
    Route("post", f"{NOTIFICATIONS}/unsubscribe/{{token}}", set(), told=HIDDEN),
    Route("get", f"{NOTIFICATIONS}/me/held", ACCOUNTS),
]  # fmt: skip
