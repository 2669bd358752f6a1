"""What the pages ask of notifications, one function a question. Each raises `ServiceProblem`."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import quote

from gateway.clients.identity import current_token, services
from gateway.services import Json

BASE = "/api/notifications/v1"


def notices(cursor: str | None) -> Json:
    """One page of this account's notices, the newest first."""
    return cast(Json, _call("GET", "/inbox", params={"cursor": cursor} if cursor else {}))


def mark_read(up_to: str) -> None:
    """Mark as read the notice `up_to` and all before it; what came since stays unread."""
    _call("POST", "/inbox/read", json={"up_to": up_to})


def preferences() -> list[Json]:
    """Each kind of notice with how it is mailed, in the order to show."""
    return cast("list[Json]", _call("GET", "/preferences")["items"])


def choose(levels: dict[str, str]) -> None:
    """Change how some kinds are mailed; the others stay."""
    _call("PATCH", "/preferences", json={"levels": levels})


def follows() -> list[Json]:
    """What this account follows, the newest first: `id`, `topic`, `path`, `since`."""
    return cast("list[Json]", _call("GET", "/follows")["items"])


def follow(topic: str) -> Json:
    """Follow with this account; again changes nothing."""
    return cast(Json, _call("POST", "/follows", json={"topic": topic}))


def followers(topic: str) -> int | None:
    """How many follow it; None where they are too few to tell."""
    return cast("int | None", _call("GET", "/follows/count", params={"topic": topic})["followers"])


def unfollow(follow_id: str) -> None:
    """Cease to follow something with this account."""
    _call("DELETE", f"/follows/{quote(follow_id, safe='')}")


def ask_to_follow(email: str, topic: str, language: str) -> None:
    """Have a confirmation mailed to an address. Tells nobody what that address follows already."""
    _call("POST", "/follows/by-email", json={"email": email, "topic": topic, "language": language})


def confirm_follow(token: str) -> Json:
    """Follow what the link in a mail asked for."""
    return cast(Json, _call("POST", "/follows/confirm", json={"token": token}))


def what_stops(token: str) -> Json:
    """What an unsubscribe link is about; changes nothing."""
    return cast(Json, _call("GET", f"/unsubscribe/{quote(token, safe='')}"))


def stop(token: str) -> Json:
    """Stop the mails that an unsubscribe link is about."""
    return cast(Json, _call("POST", f"/unsubscribe/{quote(token, safe='')}"))


def _call(method: str, path: str, *, json: Json | None = None, params: dict[str, Any] | None = None) -> Any:
    return services().call(method, BASE + path, token=current_token(), json=json, params=params)
