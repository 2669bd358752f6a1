"""Roles, the scopes they are held within, and who may grant which.

A scope is `coalition`, or a kind and the name of one object of that kind: `cause:<uuid>`, `operator:<code>`,
`territory:<code>`, `defi:<uuid>`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from libs.chassis.tokens import Grant

COALITION = "coalition"
FIRST_ADMINISTRATOR = Grant("administrator", COALITION)

_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
OPERATOR_CODE = r"[a-z][a-z0-9]{1,15}"
_SCOPE = re.compile(
    rf"(?P<coalition>coalition)|(?P<cause>cause:{_UUID})|(?P<operator>operator:{OPERATOR_CODE})"
    rf"|(?P<territory>territory:[0-9A-Z][0-9A-Z-]{{1,19}})|(?P<defi>defi:{_UUID})"
)

LONGEST_SCOPE = 60

SCOPES_OF_ROLE: dict[str, frozenset[str]] = {
    "administrator": frozenset({COALITION}),
    "coordinator": frozenset({COALITION, "cause"}),
    "moderator": frozenset({COALITION, "cause", "operator"}),
    "ebv": frozenset({"operator", "territory"}),
    "operator_staff": frozenset({"operator"}),
    "porteur": frozenset({"defi"}),
}
"""The kinds of scope within which each role means something."""

ROLES = tuple(SCOPES_OF_ROLE)


def scope_kind(scope: str) -> str | None:
    """`coalition`, `cause`, `operator`, `territory` or `defi`; None for what is no scope."""
    match = _SCOPE.fullmatch(scope)
    return match.lastgroup if match else None


def fits(role: str, scope: str) -> bool:
    """Whether `role` can be held within `scope`."""
    return scope_kind(scope) in SCOPES_OF_ROLE.get(role, frozenset())


def may_grant(held: Iterable[Grant], grant: Grant) -> bool:
    """Whether somebody who holds `held` may give, and take back, `grant`.

    An administrator may everything; a coordinator names the moderators of its cause, and a coordinator of the whole
    coalition those of any cause.
    """
    held = frozenset(held)
    if FIRST_ADMINISTRATOR in held:
        return True
    if grant.role != "moderator" or scope_kind(grant.scope) not in (COALITION, "cause"):
        return False
    return not held.isdisjoint({Grant("coordinator", grant.scope), Grant("coordinator", COALITION)})


def concerns(scope: str, owner: str, served: Collection[str]) -> bool:
    """Whether a grant within `scope` is any business of `owner`'s services, and so goes into tokens made for it.

    The coalition holds causes; an operator its own scope, and the territories that lie in what it serves, or of which
    it serves a part: `served` are its codes of départements and communes. What somebody does elsewhere in the country
    would help it find out who its own people are. (Who carries a défi, the défi's service knows by itself.)
    """
    kind = scope_kind(scope)
    if owner == COALITION:
        return kind in (COALITION, "cause")
    return scope == f"operator:{owner}" or (kind == "territory" and _meets(scope.partition(":")[2], served))


def _meets(territory: str, served: Collection[str]) -> bool:
    within = territory in served or _departement_of(territory) in served
    return within or any(_departement_of(code) == territory for code in served)


def _departement_of(commune: str) -> str:
    # Three characters overseas, two elsewhere. Of a département's own code, that code.
    return commune[:3] if commune.startswith(("97", "98")) else commune[:2]
