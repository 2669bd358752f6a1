"""What the pages ask of an operator's défi service, on the reader's behalf."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, cast

from flask import current_app

from gateway import session
from gateway.clients import reads
from gateway.clients.identity import BASE, MARGIN_S, access_token_for, services
from gateway.operators.calls import PATIENCE_S, Operators, address_of
from gateway.operators.tokens import Kept, TokenShelf
from gateway.services import Json, ServiceProblem, ServiceUnreachable


def call(
    operator: str, method: str, path: str, *, json: Json | None = None, params: Json | None = None
) -> Any:
    """Call `path` (below the service's `/v1`) at `operator`, with the reader's token if they are signed in.

    Parameters that are None or empty are left out. Raises `ServiceProblem`.
    """
    return _operators().call(operator, method, path, token=_token(operator), json=json, params=_given(params))


def get(operator: str, path: str, **params: Any) -> Json:
    """Read `path` at `operator`; readers whom nobody can tell apart share what the route table says they do."""
    return _shared(operator, path, _given(params), lambda: call(operator, "GET", path, params=params))


def read(operator: str, path: str, **params: Any) -> Json:
    """Read what is the same for everybody: without the reader's token, which would have to be fetched first."""
    return _shared(operator, path, params, lambda: _operators().call(operator, "GET", path, params=params))


def known() -> list[Json]:
    """The operators that identity knows, by code: `{code, name, territory, contact, status, …}`."""
    return cast("list[Json]", reads.read(f"{BASE}/operators", {"limit": 100})["items"])


def host(operator: str) -> Json:
    """One operator as identity knows it: who runs it, what it serves, whom to write to."""
    return cast(Json, services().call("GET", f"{BASE}/operators/{operator}"))


def _shared(operator: str, path: str, given: Json, ask: Callable[[], Json]) -> Json:
    try:
        return reads.once_for_all(address_of(operator, path), given, ask, PATIENCE_S)
    except TimeoutError:
        raise ServiceUnreachable from None  # it is slow: whoever waits for it waits as for a place


def _operators() -> Operators:
    return cast(Operators, current_app.extensions["maillage.operators"])


def _given(params: Json | None) -> Json:
    return {name: value for name, value in (params or {}).items() if value not in (None, "")}


def _token(operator: str) -> str | None:
    """The reader's token for this operator; None for who is not signed in: défis need no token to be read."""
    account = session.account()
    if account is None:
        return None
    shelf = cast(TokenShelf, current_app.extensions["maillage.tokens"])
    kept = shelf.find(account.session, operator, time.time())
    if kept is not None:
        return kept
    try:
        answer = access_token_for(operator)
    except ServiceProblem as problem:
        if problem.code != "token.audience":
            raise
        return None  # No operator has this code: the call itself is answered with a 404.
    if answer is None:
        return None
    token = cast(str, answer["access_token"])
    shelf.keep(account.session, operator, Kept(token, time.time() + answer["expires_in"] - MARGIN_S))
    return token
