"""What the things that somebody follows are called: one call for each sort of them, and for each operator."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from gateway.clients import causes, operators, territories
from gateway.services import Json, ServiceProblem


def names_of(follows: Sequence[Json]) -> dict[str, str]:
    """The names by topic of those that can be named now; an operator that does not answer leaves its défis without."""
    keys: defaultdict[str, list[str]] = defaultdict(list)
    defis: defaultdict[str, list[str]] = defaultdict(list)
    for one in follows:
        kind, _, key = one["topic"].partition(":")
        keys[kind].append(key)
        if kind == "defi" and one["path"].startswith("/defis/"):
            defis[one["path"].split("/")[2]].append(key)
    communes = {f"commune:{code}": name for code, name in territories.names_of(keys["commune"]).items()}
    proposals = {f"proposal:{one['id']}": one["text"] for one in causes.proposals(keys["proposal"])}
    return {**communes, **proposals, **_titles(defis)}


def _titles(defis: dict[str, list[str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for operator, ids in defis.items():
        try:
            answer = operators.read(operator, "/defis", id=ids, limit=len(ids))
        except ServiceProblem:
            continue
        found |= {f"defi:{one['id']}": one["title"] for one in answer["items"]}
    return found
