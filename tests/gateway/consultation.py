"""The consultation service in memory: one consultation, its proposals, votes, moderation and results."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

from tests.gateway.service import Refusal, Service

TALLY = {"agree": 62, "disagree": 20, "neutral": 18, "total": 100, "qualifiers": {"likeIt": 7}}
SENTENCES = (
    "Il faut rouvrir les petites gares et y faire arrêter des trains le matin et le soir.",
    "Il faut que chaque village ait un lieu où boire un café, quitte à ce que les habitants le tiennent.",
    "Il faut des bus de nuit entre les zones d’activités et les centres-villes.",
)

_ONE = "consultation/v1/consultations/territoires"
_PROPOSAL = "consultation/v1/proposals/([0-9a-f-]+)"
HANDLERS = {
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
}


class Consultation(Service):
    """Its attributes are its state, to arrange and to look at."""

    def __init__(self) -> None:
        super().__init__()
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
        self.similar: list[str] = []
        self.own: list[dict[str, Any]] = []
        self.decisions: list[dict[str, Any]] = []

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
