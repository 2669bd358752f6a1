"""Défis in lists: what the observatory keeps of them, and what their operators tell of them at this moment.

What crosses owners holds no text, so that titles, figures and dates are fetched when they are shown: one call for each
operator, whatever the number of its défis. From an operator that does not answer, the rest is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from gateway.clients import operators, territories
from gateway.map.outlines import departement_of
from gateway.services import Json, ServiceProblem


@dataclass(frozen=True, slots=True)
class Row:
    """A défi of a list: `kept` by the observatory; `told` by its operator, None where it does not tell."""

    kept: Json
    told: Json | None
    commune: str
    """The name of its commune; an empty text where nobody knows it."""

    @property
    def departement(self) -> str:
        """The code of its département; an empty text where nobody knows it."""
        return departement_of(self.kept["commune"] or "")

    @property
    def next_meeting(self) -> Json | None:
        """Its next date."""
        return self.told["figures"]["next_meeting"] if self.told else None


@dataclass(frozen=True, slots=True)
class Listed:
    """The rows of a list, and the codes of the operators that did not answer."""

    rows: list[Row] = field(default_factory=list)
    silent: set[str] = field(default_factory=set)


def listed(kept: Sequence[Json]) -> Listed:
    """The défis with what their operators tell of them, in the same order."""
    told: dict[tuple[str, str], Json] = {}
    silent = set()
    for operator in sorted({one["operator"] for one in kept}):
        ids = [one["id"] for one in kept if one["operator"] == operator]
        try:
            answer = operators.read(operator, "/defis", id=ids, limit=len(ids))
        except ServiceProblem:
            silent.add(operator)
        else:
            told |= {(operator, one["id"]): one for one in answer["items"]}
    names = territories.names_of(
        one["commune"] for one in kept if one["commune"] and (one["operator"], one["id"]) not in told
    )
    return Listed([_row(one, told.get((one["operator"], one["id"])), names) for one in kept], silent)


def _row(kept: Json, told: Json | None, names: dict[str, str]) -> Row:
    where = told and told["commune"]
    return Row(kept, told, where["name"] if where else names.get(kept["commune"] or "", ""))
