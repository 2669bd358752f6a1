"""What the pages ask of identity, one function a question, and who the reader is to the other services."""

from __future__ import annotations

import time
from typing import Any, cast

from flask import current_app

from gateway import session
from gateway.services import Json, ServiceProblem, Services

BASE = "/api/identity/v1"
MARGIN_S = 20
"""An access token this close to its end is renewed first, so that it does not expire on the way."""


def services() -> Services:
    """The calls of the app at hand."""
    return cast(Services, current_app.extensions["maillage.services"])


def current_token() -> str | None:
    """The token of the reader: the account's, renewed where needed, else the browser's, else None."""
    account = session.account()
    if account is None:
        return session.visitor()
    if account.until - time.time() > MARGIN_S:
        return account.token
    answer = _renewed({"grant_type": "session", "session": account.session})
    if answer is None:
        return session.visitor()
    _remember(account.session, answer)
    return cast(str, answer["access_token"])


def access_token_for(operator: str) -> Json | None:
    """`{access_token, expires_in}` for this operator as audience; None where the session is over, or nobody's."""
    account = session.account()
    if account is None:
        return None
    return _renewed({"grant_type": "session", "session": account.session, "audience": operator})


def ensure_participant() -> None:
    """Give this browser a token of its own, unless it has one or somebody is signed in."""
    if current_token() is None:
        session.remember_visitor(services().call("POST", f"{BASE}/visitors")["token"])


def ask_for_link(email: str, language: str, return_to: str) -> None:
    """Have a link and a code mailed, and wait for them. Tells nobody whether the address has an account."""
    asked = {"email": email, "language": language, "return_to": return_to}
    answer = services().call("POST", f"{BASE}/sign-in", json=asked)
    session.begin_sign_in(answer["request"], return_to)


def sign_in_by_code(code: str) -> Json:
    """Sign in with the six digits, which identity reads however they were spaced. Raises `ServiceProblem`."""
    pending = session.pending_sign_in() or {}
    grant = {"grant_type": "email_code", "request": pending.get("request", ""), "code": code}
    return _sign_in(grant)


def sign_in_by_link(token: str) -> Json:
    """Sign in with the link's token. Raises `ServiceProblem`."""
    return _sign_in({"grant_type": "email_link", "token": token})


def sign_out() -> None:
    """End the session at identity and here. What identity no longer knows is over anyway."""
    account = session.account()
    session.sign_out()
    if account is None:
        return
    current_app.extensions["maillage.tokens"].forget(account.session)
    try:
        # Without the access token: it may have ended, and the session's own secret is what identity asks for.
        services().call("DELETE", f"{BASE}/session", json={"session": account.session})
    except ServiceProblem as problem:
        if problem.status >= 500:
            raise


def prefer_language(language: str) -> None:
    """Tell identity which language this account's mails should be in."""
    services().call("PATCH", f"{BASE}/me", json={"language": language}, token=current_token())


def _sign_in(grant: Json) -> Json:
    answer = _token(grant)
    session.end_series()
    session.end_sign_in()
    _remember(answer["session"], answer)
    return answer


def _renewed(grant: Json) -> Json | None:
    """What the session buys; None, and the reader signed out here, where identity says that it is over."""
    try:
        return _token(grant)
    except ServiceProblem as problem:
        if problem.code == "token.audience" or problem.status not in (400, 401, 403, 404, 422):
            raise
    session.sign_out()
    return None


def _token(grant: Json) -> Json:
    return cast(Json, services().call("POST", f"{BASE}/token", json=grant))


def _remember(secret: str, answer: dict[str, Any]) -> None:
    session.sign_in(secret, answer["access_token"], time.time() + answer["expires_in"], answer["person"])
