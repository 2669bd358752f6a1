"""What is sent: what an operation's description allows, what it forbids, and both with ids of things that are there."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import strategies as st
from schemathesis import GenerationMode

from tests.defis.test_every_route import ROUTES as DEFI_ROUTES
from tests.fuzz.callers import Caller
from tests.pages.routes import ROUTES as COALITION_ROUTES
from tests.pages.world import filled

DOCS = Path(__file__).parents[2] / "docs/openapi"
DEFIS = "/api/territories/op1/v1/defis/{defi_id}"

_WORDS: Mapping[str, Sequence[str]] = {
    "slug": ("slug", "cause"),
    "code": ("operator", "code"),
    "commune": ("code",),
    "proposal_id": ("accepted", "pending", "refused"),
    "proposal": ("accepted", "pending"),
    "proposals": ("accepted",),
    "ids": ("accepted", "refused"),
    "person": ("measurer", "stranger"),
    "measurer_account": ("measurer",),
    "defi_id": ("defi", "draft", "submitted"),
    "member_id": ("member", "request"),
}
"""Which of the ids of a world (`worlds.py`) may stand in a place; any other place has the word of its own name."""


def _shape(path: str) -> str:
    return re.sub(r"\{\w+\}|(?<=/versions/)1", "{}", path.partition("?")[0])


_SOUND: Mapping[tuple[str, str], tuple[Any, set[str]]] = {
    **{(route.method, _shape(route.path)): (route.body, route.may) for route in COALITION_ROUTES},
    **{(route.method, _shape(f"{DEFIS}{route.path}")): (route.body, route.allowed) for route in DEFI_ROUTES},
}
"""A body that each operation accepts, and from whom: from the tests of who may call it."""


def described(service: str) -> schemathesis.BaseSchema:
    """The description of a service that is committed, as Schemathesis reads it."""
    document = json.loads((DOCS / f"{service}.json").read_text(encoding="utf-8"))
    return schemathesis.openapi.from_dict(document)


@st.composite
def requests(
    draw: st.DrawFn, operation: schemathesis.APIOperation, ids: Mapping[str, str], callers: Sequence[Caller]
) -> tuple[schemathesis.Case, Caller, dict[str, str]]:
    """A request, who sends it, and headers that have nothing to do with it."""
    case = draw(st.one_of([operation.as_strategy(generation_mode=mode) for mode in GenerationMode]))
    for name in operation.path_parameters:
        known = _known(name.name, ids)
        if known and draw(st.integers(0, 9)):
            case.path_parameters = {**case.path_parameters, name.name: draw(st.sampled_from(known))}
    sound, may = _SOUND.get((operation.method.lower(), _shape(operation.path)), (None, {"ebv"}))
    if isinstance(case.body, dict):
        case.body = _with_known(draw, _mended(draw, case.body, filled(sound, ids)), ids)
    case.query = _with_known(draw, case.query, ids)
    headers = draw(st.dictionaries(st.sampled_from(_HEADERS), _HEADER, max_size=2))
    allowed = [caller for caller in callers if caller.name in may]
    return case, draw(st.sampled_from(allowed if allowed and draw(st.integers(0, 3)) else callers)), headers


_HEADERS = (
    "Accept-Language",
    "Accept",
    "traceparent",
    "Cookie",
    "X-Forwarded-For",
    "Idempotency-Key",
    "Range",
)
_HEADER = st.text(
    st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=40
).map(str.strip)


def _known(name: str, ids: Mapping[str, str]) -> list[str]:
    if name == "number":
        return ["1"]
    words = _WORDS.get(name, (name.removesuffix("_id"),))
    return [ids[word] for word in words if word in ids]


def _mended(draw: st.DrawFn, body: dict[str, Any], sound: Any) -> dict[str, Any]:
    """Three times of four, the body that is accepted, with at most a field or two of the one drawn."""
    if not isinstance(sound, dict) or not draw(st.integers(0, 3)):
        return body
    taken = draw(st.sets(st.sampled_from(sorted({*body, *sound})), max_size=2)) if body or sound else set()
    return sound | {name: body[name] for name in taken if name in body}


def _with_known(draw: st.DrawFn, value: Any, ids: Mapping[str, str]) -> Any:
    """A body or a query with ids of things that are there, half of the time, where it names some."""
    if isinstance(value, list):
        return [_with_known(draw, one, ids) for one in value]
    if not isinstance(value, dict):
        return value
    made = {}
    for name, inner in value.items():
        known = _known(name, ids)
        if known and isinstance(inner, str | list) and draw(st.booleans()):
            found = draw(st.sampled_from(known))
            made[name] = [found] if isinstance(inner, list) else found
        else:
            made[name] = _with_known(draw, inner, ids)
    return made


def path_of(operation: schemathesis.APIOperation, ids: Mapping[str, str]) -> str:
    """The operation's path, with ids of things that are there."""
    return re.sub(r"\{(\w+)\}", lambda place: (_known(place[1], ids) or ["x"])[0], operation.path)
