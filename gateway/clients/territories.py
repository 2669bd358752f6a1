"""What the pages ask about territories: of identity, what they are; of consultation, what is known to happen there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast
from urllib.parse import quote

from gateway.clients.consultation import BASE as CONSULTATION
from gateway.clients.identity import BASE as IDENTITY
from gateway.clients.reads import read
from gateway.services import Json


def commune(code: str) -> Json:
    """The commune that stands under an INSEE code today; its own code may be another. A 404 where there is none."""
    return _get(f"{IDENTITY}/territories/{quote(code, safe='')}")


def search(text: str, limit: int = 20) -> list[Json]:
    """Communes by name, beginning of a name, postal code or INSEE code, the likeliest first."""
    return cast("list[Json]", _get(f"{IDENTITY}/territories/search", q=text, limit=limit)["items"])


def names_of(codes: Iterable[str]) -> dict[str, str]:
    """The names of communes by code, a hundred at most."""
    wanted = sorted(set(codes))
    if not wanted:
        return {}
    found = _get(f"{IDENTITY}/territories", level="commune", code=wanted, limit=len(wanted))
    return {one["code"]: one["name"] for one in found["items"]}


def operator_serving(code: str) -> Json | None:
    """The operator that serves a commune, or None."""
    found = _get(f"{IDENTITY}/operators", serves=code)["items"]
    return cast(Json, found[0]) if found else None


def kinds() -> Json:
    """How many communes and people each kind of territory has, and what gave them their kinds."""
    return _get(f"{IDENTITY}/territories/by-kind")


def surroundings(code: str) -> Json:
    """Who acts in and near a commune, what the country asked for last, and what came of that."""
    return _get(f"{CONSULTATION}/communes/{quote(code, safe='')}")


def counts(**narrowing: str | None) -> Json:
    """Running défis of all operators, counted; and when each operator was last heard of."""
    return _get(f"{CONSULTATION}/observatory", **narrowing)


def observed(**narrowing: Any) -> Json:
    """One page of défis of all operators, as the observatory keeps them: without their titles."""
    return _get(f"{CONSULTATION}/observatory/defis", **narrowing)


def _get(path: str, **params: Any) -> Json:
    """Read what is the same for everybody: without the reader's token."""
    return read(path, params)
