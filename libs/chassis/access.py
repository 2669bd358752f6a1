"""Who may call a route. Every route declares it; a route that does not is closed to everybody.

    @blueprint.post("/proposals/<uuid:proposal_id>/decision")
    @require("moderator")
    def decide(…): …

The declaration is the first gate, checked before the request is parsed. Whether this caller may touch *this object*
is asked where the object is at hand, with `Principal.require(role, scope)`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from flask import Flask, g, request

from libs.chassis.errors import Forbidden, Unauthenticated
from libs.chassis.messages import N_
from libs.chassis.tokens import Principal, TokenVerifier

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Access:
    """The rule of one route. `kinds` is empty where anyone may call; `role` narrows accounts to its holders.

    `or_grant` is a role and a scope that do as well.
    """

    kinds: frozenset[str]
    role: str | None = None
    scope: str | None = None
    or_grant: tuple[str, str] | None = None

    def check(self, principal: Principal | None) -> None:
        """Raise `Unauthenticated` or `Forbidden` unless `principal` satisfies the rule."""
        if not self.kinds:
            return
        if principal is None:
            raise Unauthenticated("token.missing", N_("This needs you to be identified."))
        if principal.kind not in self.kinds:
            raise Forbidden("access.account", N_("This needs an account."))
        if self.or_grant is not None and principal.has(*self.or_grant):
            return
        if self.role is not None:
            principal.require(self.role, *((self.scope,) if self.scope else ()))


_PUBLIC = Access(frozenset())
_PARTICIPANT = Access(frozenset({"visitor", "account"}))
_ACCOUNT = Access(frozenset({"account"}))


def public(view: View) -> View:
    """Anyone, with or without a token; a token that is sent must still be sound."""
    return _declare(view, _PUBLIC)


def participant(view: View) -> View:
    """Anyone who can be told apart: an account or a browser with a visitor token."""
    return _declare(view, _PARTICIPANT)


def account(view: View) -> View:
    """Somebody signed in."""
    return _declare(view, _ACCOUNT)


def require(
    role: str, scope: str | None = None, *, or_grant: tuple[str, str] | None = None
) -> Callable[[View], View]:
    """Somebody signed in who holds `role` within `scope`, or anywhere when the object decides the scope.

    Who holds `or_grant`, a role and its scope, may as well.
    """
    return lambda view: _declare(view, Access(frozenset({"account"}), role, scope, or_grant))


def configure_access(app: Flask, verifier: TokenVerifier | None) -> None:
    """Check each request against its route's declaration before anything else is read of it."""

    @app.before_request
    def check_access() -> None:
        g.principal = _bearer(verifier)
        if request.endpoint is not None:
            declared_access(app, request.endpoint).check(g.principal)


def declared_access(app: Flask, endpoint: str) -> Access:
    """The rule that a route declares; a closed door for one that declares none."""
    rule = getattr(app.view_functions[endpoint], "__access__", None)
    if rule is None:
        raise Forbidden("access.undeclared", N_("This address is closed."))
    return cast(Access, rule)


def principal() -> Principal:
    """The caller of a route that needs one."""
    caller = caller_or_none()
    if caller is None:
        raise Unauthenticated("token.missing", N_("This needs you to be identified."))
    return caller


def caller_or_none() -> Principal | None:
    """The caller, or None where nobody was named."""
    return cast(Principal | None, g.get("principal"))


def _bearer(verifier: TokenVerifier | None) -> Principal | None:
    header = request.headers.get("Authorization", "")
    if not header or verifier is None:
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthenticated("token.scheme", N_("Only bearer tokens are taken here."))
    return verifier.verify(token.strip())


def _declare(view: View, rule: Access) -> View:
    view.__access__ = rule  # type: ignore[attr-defined]
    return view
