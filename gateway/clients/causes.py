"""What the pages ask of consultation about causes and what they hold. Each raises `ServiceProblem`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from gateway.clients.consultation import BASE
from gateway.clients.identity import BASE as IDENTITY
from gateway.clients.identity import current_token, services
from gateway.clients.reads import read
from gateway.services import Json

MOST_AT_ONCE = 100
"""Items of a page that is wanted whole: a cause has five to ten actions, and few consultations and workshops."""

_STARTERS = ("coordinator", "administrator")


def causes(cursor: str | None = None) -> Json:
    """One page of causes, those that open last first; `coordinated` says whether the reader runs them."""
    return get("/causes", cursor=cursor, limit=MOST_AT_ONCE)


def cause(slug: str) -> Json:
    """One cause."""
    return get(f"/causes/{slug}")


def create_cause(fields: Json) -> Json:
    """Start a cause."""
    return cast(Json, call("POST", "/causes", json=fields))


def may_start() -> bool:
    """Whether the reader may start causes: who coordinates those of the coalition, or administers it."""
    return any(grant["scope"] == "coalition" and grant["role"] in _STARTERS for grant in _me()["roles"])


def my_number() -> str:
    """The id by which consultation knows the reader's account, for a coordinator to name it as a measurer."""
    return str(_me()["id"])


def consultations_of(slug: str) -> list[Json]:
    """The consultations of a cause, those that open last first."""
    return items("/consultations", cause=slug)


def governance(slug: str) -> Json:
    """Who answers for the data of a consultation; for who coordinates its cause."""
    return cast(Json, get(f"/consultations/{slug}/governance")["governance"] or {})


def create_consultation(fields: Json) -> Json:
    """Prepare a consultation; it opens by itself at its date."""
    return cast(Json, call("POST", "/consultations", json=fields))


def proposals(ids: Iterable[str]) -> list[Json]:
    """Those of the proposals that the reader may know of, with their tallies, in the same order; a hundred at most."""
    wanted = list(dict.fromkeys(ids))[:MOST_AT_ONCE]
    if not wanted:
        return []
    return cast("list[Json]", get("/proposals", ids=",".join(wanted))["items"])


def items(path: str, **params: Any) -> list[Json]:
    """The first page of a list, as long as a page may be."""
    return cast("list[Json]", get(path, limit=MOST_AT_ONCE, **params)["items"])


def get(path: str, **params: Any) -> Json:
    """Read `path` of the consultation service; parameters that are None or empty are left out."""
    return read(BASE + path, params, current_token())


def call(method: str, path: str, *, json: Json | None = None) -> Any:
    """Call `path` of the consultation service in the reader's name."""
    return services().call(method, BASE + path, token=current_token(), json=json)


def _me() -> Json:
    return cast(Json, services().call("GET", f"{IDENTITY}/me", token=current_token()))
