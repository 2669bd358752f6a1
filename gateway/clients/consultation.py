"""What the pages ask of consultation, one function a question. Each raises `ServiceProblem`."""

from __future__ import annotations

from typing import Any, cast

from gateway.clients.identity import current_token, services
from gateway.clients.reads import read
from gateway.services import Json, ServiceProblem

BASE = "/api/consultation/v1"


def consultations(cursor: str | None = None) -> Json:
    """One page of the consultations that may be seen."""
    return _get("/consultations", cursor=cursor)


def consultation(slug: str) -> Json:
    """One consultation, with its figures."""
    return _get(f"/consultations/{slug}")


def consent(slug: str) -> Json:
    """The consent text in force, and whether this participant gave it."""
    return _get(f"/consultations/{slug}/consent")


def give_consent(slug: str, version: int) -> None:
    """Record consent to that version of the text."""
    _call("POST", f"/consultations/{slug}/consent", json={"version": version})


def withdraw_consent(slug: str) -> None:
    """Withdraw consent, and with it this participant's votes."""
    _call("DELETE", f"/consultations/{slug}/consent")


def sequence(slug: str) -> Json:
    """The next cards for this participant, how many remain and how many are done."""
    return _get(f"/consultations/{slug}/sequence")


def proposal(proposal_id: str) -> Json:
    """One proposal with its tally."""
    return _get(f"/proposals/{proposal_id}")


def my_vote(proposal_id: str) -> Json | None:
    """This participant's vote on it, or None; a browser that never took part has none."""
    if current_token() is None:
        return None
    try:
        return cast("Json | None", _call("GET", f"/proposals/{proposal_id}/vote"))
    except ServiceProblem as problem:
        if problem.status == 404:
            return None
        raise


def vote(proposal_id: str, choice: str, qualifiers: list[str]) -> Json:
    """Vote, or change one's vote."""
    ballot = {"choice": choice, "qualifiers": qualifiers}
    return cast(Json, _call("PUT", f"/proposals/{proposal_id}/vote", json=ballot))


def withdraw_vote(proposal_id: str) -> None:
    """Take one's vote back."""
    _call("DELETE", f"/proposals/{proposal_id}/vote")


def similar(slug: str, text: str) -> list[Json]:
    """Proposals that say nearly the same as `text`."""
    return cast("list[Json]", _get(f"/consultations/{slug}/proposals/similar", text=text)["items"])


def propose(slug: str, text: str, language: str) -> Json:
    """Submit a proposal in this account's name; a moderator will read it."""
    return cast(
        Json, _call("POST", f"/consultations/{slug}/proposals", json={"text": text, "language": language})
    )


def my_proposals(cursor: str | None = None) -> Json:
    """One page of what this account proposed, newest first, with what became of it."""
    return _get("/me/proposals", cursor=cursor)


def moderation_queue(slug: str, cursor: str | None = None) -> Json:
    """How many proposals wait, and one page of them, oldest first."""
    return _get(f"/consultations/{slug}/moderation", cursor=cursor)


def next_to_moderate(slug: str) -> Json | None:
    """Reserve the next proposal for this moderator; None when nothing waits."""
    return cast("Json | None", _call("POST", f"/consultations/{slug}/moderation/next"))


def decide(proposal_id: str, decision: Json) -> Json:
    """Accept, refuse with a reason, or postpone."""
    return cast(Json, _call("POST", f"/proposals/{proposal_id}/decision", json=decision))


def results(slug: str) -> Json:
    """Figures, scores and zones of one consultation."""
    return _get(f"/consultations/{slug}/results")


def ranked_proposals(slug: str, order: str, cursor: str | None, words: str | None = None) -> Json:
    """One page of every proposal, or of those that hold all of `words`; best first by `order`."""
    return _get(f"/consultations/{slug}/results/proposals", order=order, cursor=cursor, words=words)


def _call(method: str, path: str, *, json: Json | None = None) -> Any:
    return services().call(method, BASE + path, token=current_token(), json=json)


def _get(path: str, **params: str | None) -> Json:
    return read(BASE + path, params, current_token())
