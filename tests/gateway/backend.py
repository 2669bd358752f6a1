"""The services as the gateway sees them: their public API, in memory, for tests of the pages alone.

The pages meet the real services in tests/e2e.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

TALLY = {"agree": 62, "disagree": 20, "neutral": 18, "total": 100, "qualifiers": {"likeIt": 7}}
SENTENCES = (
    "Il faut rouvrir les petites gares et y faire arrêter des trains le matin et le soir.",
    "Il faut que chaque village ait un lieu où boire un café, quitte à ce que les habitants le tiennent.",
    "Il faut des bus de nuit entre les zones d’activités et les centres-villes.",
)
CODE = "123456"


_ONE = "consultation/v1/consultations/territoires"
_PROPOSAL = "consultation/v1/proposals/([0-9a-f-]+)"
HANDLERS = {
    "POST identity/v1/visitors": "make_visitor",
    "POST identity/v1/sign-in": "ask_for_mail",
    "POST identity/v1/token": "give_token",
    "DELETE identity/v1/session": "end_session",
    "PATCH identity/v1/me": "change_profile",
    "GET consultation/v1/consultations": "list_consultations",
    f"GET {_ONE}": "show_consultation",
    f"GET {_ONE}/consent": "show_consent",
    f"POST {_ONE}/consent": "give_consent",
    f"DELETE {_ONE}/consent": "withdraw_consent",
    f"GET {_ONE}/sequence": "sequence",
    f"GET {_ONE}/proposals/similar": "find_similar",
    f"POST {_ONE}/proposals": "submit",
    "GET consultation/v1/me/proposals": "list_own",
    f"GET {_ONE}/results": "show_results",
    f"GET {_ONE}/results/proposals": "rank_proposals",
    f"GET {_ONE}/moderation": "show_queue",
    f"POST {_ONE}/moderation/next": "take_next",
    f"POST {_PROPOSAL}/decision": "decide",
    f"GET {_PROPOSAL}": "show_proposal",
    f"GET {_PROPOSAL}/vote": "show_vote",
    f"PUT {_PROPOSAL}/vote": "cast_vote",
    f"DELETE {_PROPOSAL}/vote": "withdraw_vote",
    "GET notifications/v1/inbox": "list_notices",
    "POST notifications/v1/inbox/read": "mark_read",
    "(GET|PATCH) notifications/v1/preferences": "answer_preferences",
    "POST notifications/v1/follows/confirm": "confirm_follow",
    "(GET|POST) notifications/v1/unsubscribe/(.+)": "unsubscribe",
}
"""The API of the services, each call with the method of `Backend` that answers it."""


class Refusal(Exception):
    """What the fake answers instead of a result."""

    def __init__(self, status: int, code: str, detail: str, /, **fields: str) -> None:
        super().__init__(code)
        self.status, self.code, self.detail, self.fields = status, code, detail, fields


class Backend:
    """A WSGI application. Its attributes are its state, to arrange and to look at."""

    def __init__(self) -> None:
        self.consultation: dict[str, Any] = json.loads(
            Path(__file__).with_name("consultation.json").read_text()
        )
        self.proposals = {
            str(uuid.UUID(int=i)): SENTENCES[i % 3].replace(".", f" ({i}).") for i in range(1, 31)
        }
        self.postponed: set[str] = set()
        self.more: str | None = None
        self.participants = {"total": 3000, "accounts": 400, "visitors": 2600, "sheets": 0, "imports": 0}
        self.pending = {str(uuid.UUID(int=100)): "Il faut planter des haies le long des chemins."}
        self.consents: set[str] = set()
        self.consent_version = 1
        self.votes: dict[tuple[str, str], dict[str, Any]] = {}
        self.visitors = 0
        self.roles: list[dict[str, str]] = []
        self.similar: list[str] = []
        self.own: list[dict[str, Any]] = []
        self.broken: Refusal | None = None
        self.decisions: list[dict[str, Any]] = []
        self.notices: list[dict[str, Any]] = []
        self.levels = {"proposal.refused": "at_once", "proposal.accepted": "daily"}
        self.seen: list[dict[str, Any]] = []

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        asked = {
            "method": environ["REQUEST_METHOD"],
            "path": environ["PATH_INFO"].removeprefix("/api/"),
            "query": {name: values[0] for name, values in parse_qs(environ["QUERY_STRING"]).items()},
            "body": json.loads(body) if body else {},
            "token": environ.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer "),
            "language": environ.get("HTTP_ACCEPT_LANGUAGE"),
            "traceparent": environ.get("HTTP_TRACEPARENT", ""),
        }
        self.seen.append(asked)
        try:
            if self.broken:
                raise self.broken
            status, answer = self.answer(asked)
            kind = "application/json"
        except Refusal as refusal:
            errors = [{"field": name, "detail": text} for name, text in refusal.fields.items()]
            status, kind = refusal.status, "application/problem+json"
            answer = {"status": status, "code": refusal.code, "detail": refusal.detail, "errors": errors}
        start_response(f"{status} -", [("Content-Type", kind)])
        return [] if answer is None else [json.dumps(answer).encode()]

    def answer(self, asked: dict[str, Any]) -> tuple[int, Any]:
        asked_for = f"{asked['method']} {asked['path']}"
        for pattern, handler in HANDLERS.items():
            found = re.fullmatch(pattern, asked_for)
            if found:
                status, answer = getattr(self, handler)(asked, *found.groups())
                return status, answer
        raise Refusal(404, "unknown", "Rien à cette adresse.")

    def make_visitor(self, asked: dict[str, Any]) -> tuple[int, Any]:
        self.visitors += 1
        return 201, {"token": f"visitor-{self.visitors}", "expires_at": "2027-01-01T00:00:00+00:00"}

    def ask_for_mail(self, asked: dict[str, Any]) -> tuple[int, Any]:
        if "@" not in asked["body"]["email"]:
            raise Refusal(422, "invalid", "", email="Cette adresse n’est pas complète.")
        return 202, {"request": "request-1", "expires_at": "2026-12-01T00:00:00+00:00"}

    def give_token(self, asked: dict[str, Any]) -> tuple[int, Any]:
        return 200, self.token(asked["body"])

    def token(self, grant: dict[str, Any]) -> dict[str, Any]:
        match grant:
            case {"grant_type": "email_code", "code": code} if code.replace(" ", "") != CODE:
                raise Refusal(422, "sign_in.code", "", code="Ce code n’est pas le bon.")
            case {"grant_type": "email_link", "token": token} if token != "good":
                raise Refusal(422, "sign_in.link", "Ce lien ne vaut plus.")
        return {
            "session": "secret",
            "access_token": "account-1",
            "expires_in": 300,
            "person": self.person(),
            "return_to": "",
            "new_account": True,
        }

    def end_session(self, asked: dict[str, Any]) -> tuple[int, Any]:
        return 204, None

    def change_profile(self, asked: dict[str, Any]) -> tuple[int, Any]:
        return 200, self.person()

    def person(self) -> dict[str, Any]:
        return {"id": "p", "display_name": "", "email": "camille@exemple.fr", "roles": self.roles}

    def list_consultations(self, asked: dict[str, Any]) -> tuple[int, Any]:
        return 200, {"items": [self.consultation], "next": self.more}

    def show_consultation(self, asked: dict[str, Any]) -> tuple[int, Any]:
        return 200, self.consultation

    def show_consent(self, asked: dict[str, Any]) -> tuple[int, Any]:
        given = {"version": 1, "at": "2026-11-02T00:00:00+00:00"} if asked["token"] in self.consents else None
        text = {"fr": "Vos votes disent vos opinions."}
        return 200, {"version": self.consent_version, "text": text, "given": given}

    def give_consent(self, asked: dict[str, Any]) -> tuple[int, Any]:
        self.consents.add(self.required(asked))
        return 201, {}

    def withdraw_consent(self, asked: dict[str, Any]) -> tuple[int, Any]:
        self.consents.discard(self.required(asked))
        return 204, None

    def sequence(self, asked: dict[str, Any]) -> tuple[int, Any]:
        token = self.required(asked)
        left = [one for one in self.proposals if (token, one) not in self.votes]
        items = [self.proposal(one) for one in left[:12]]
        return 200, {"items": items, "remaining": len(left), "voted": len(self.proposals) - len(left)}

    def find_similar(self, asked: dict[str, Any]) -> tuple[int, Any]:
        return 200, {"items": [self.proposal(one) for one in self.similar]}

    def submit(self, asked: dict[str, Any]) -> tuple[int, Any]:
        return 201, self.propose(asked)

    def list_own(self, asked: dict[str, Any]) -> tuple[int, Any]:
        return 200, {"items": self.own, "next": "miennes-2"}

    def show_results(self, asked: dict[str, Any]) -> tuple[int, Any]:
        return 200, self.results()

    def rank_proposals(self, asked: dict[str, Any]) -> tuple[int, Any]:
        return 200, {"items": self.results()["top"], "next": "plus-loin"}

    def show_queue(self, asked: dict[str, Any]) -> tuple[int, Any]:
        self.required_role()
        items = [self.proposal(one) for one in self.pending]
        return 200, {"pending": len(self.pending), "postponed": 0, "items": items, "next": "file-2"}

    def take_next(self, asked: dict[str, Any]) -> tuple[int, Any]:
        self.required_role()
        if not self.pending:
            return 204, None
        first = self.proposal(next(iter(self.pending)))
        return 200, {"proposal": first, "locked_until": "2026-12-01T00:00:00+00:00", "similar": []}

    def decide(self, asked: dict[str, Any], proposal: str) -> tuple[int, Any]:
        self.required_role()
        if asked["body"].get("decision") == "refuse" and "reason" not in asked["body"]:
            raise Refusal(422, "decision.reason", "", reason="Un refus dit pourquoi.")
        self.decisions.append(asked["body"])
        self.pending.pop(proposal, None)
        return 200, {"id": proposal}

    def show_proposal(self, asked: dict[str, Any], proposal: str) -> tuple[int, Any]:
        return 200, self.proposal(self.existing(proposal))

    def show_vote(self, asked: dict[str, Any], proposal: str) -> tuple[int, Any]:
        key = (self.required(asked), self.existing(proposal))
        if key not in self.votes:
            raise Refusal(404, "vote.none", "Pas de vote.")
        return 200, self.votes[key]

    def cast_vote(self, asked: dict[str, Any], proposal: str) -> tuple[int, Any]:
        if self.required(asked) not in self.consents:
            raise Refusal(409, "vote.consent_missing", "Il faut d’abord consentir.")
        vote = {"proposal": self.existing(proposal), **asked["body"]}
        self.votes[asked["token"], proposal] = vote
        return 200, vote

    def withdraw_vote(self, asked: dict[str, Any], proposal: str) -> tuple[int, Any]:
        self.votes.pop((self.required(asked), proposal), None)
        return 204, None

    def existing(self, proposal: str) -> str:
        if proposal not in self.proposals | self.pending:
            raise Refusal(404, "proposal.unknown", "Cette proposition n’existe pas.")
        return proposal

    def state(self, proposal: str) -> str:
        if proposal in self.postponed:
            return "postponed"
        return "pending" if proposal in self.pending else "accepted"

    def proposal(self, proposal: str) -> dict[str, Any]:
        waits = proposal in self.pending
        return {
            "id": proposal,
            "consultation": "territoires",
            "text": self.pending[proposal] if waits else self.proposals[proposal],
            "language": "fr",
            "state": self.state(proposal),
            "submitted_at": "2026-11-03T08:00:00+00:00",
            "tally": TALLY,
        }

    def propose(self, asked: dict[str, Any]) -> dict[str, Any]:
        text = asked["body"]["text"]
        if len(text) < 12:
            raise Refusal(422, "invalid", "", text="Cette proposition est trop courte.")
        self.own.append(
            {
                "id": str(uuid.uuid4()),
                "text": text,
                "language": "fr",
                "state": "pending",
                "submitted_at": "2026-11-21T10:00:00+00:00",
            }
        )
        return self.own[-1]

    def results(self) -> dict[str, Any]:
        top = [{**self.proposal(one), "zone": "consensus"} for one in list(self.proposals)[:3]]
        split = {"agree": 45, "disagree": 44, "neutral": 11, "total": 100, "qualifiers": {}}
        against = {"agree": 12, "disagree": 80, "neutral": 8, "total": 100, "qualifiers": {}}
        return {
            "consultation": "territoires",
            "computed_at": "2026-11-21T10:00:00+00:00",
            "final": False,
            "participants": self.participants,
            "votes": 48210,
            "proposals": {"accepted": 60, "refused": 3, "pending": 2},
            "zones": {"consensus": 31, "controversy": 14, "rejection": 9, "limbo": 6},
            "top": top,
            "controversies": [{**top[1], "zone": "controversy", "tally": split}],
            "rejections": [{**top[2], "zone": "rejection", "tally": against}],
        }

    def required(self, asked: dict[str, Any]) -> str:
        if not asked["token"]:
            raise Refusal(401, "token.missing", "Il faut être identifié.")
        token: str = asked["token"]
        return token

    def required_role(self) -> None:
        if not self.roles:
            raise Refusal(403, "access.role", "Il faut être modérateur.")

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
