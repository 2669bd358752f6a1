"""Every operation that reads a body is sent what is no body of its, and every list a cursor that was tampered with.

What cannot be read is refused in a sentence (4xx), and never is a failure of the service's own. A body of deep or
enormous JSON, one in another encoding, under another name, compressed or empty, is what scanners send all day.
"""

from __future__ import annotations

import base64
import json
from contextlib import ExitStack
from typing import Any

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient

from libs.chassis.testing.postgres import TestServer
from tests.fuzz.callers import NOBODY, Issuer
from tests.fuzz.examples import described, path_of
from tests.fuzz.worlds import SERVICES, Service

JSON = "application/json"
_LONE = '"\\ud800"'
BODIES: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", JSON),
    "half a document": (b'{"a": ', JSON),
    "two documents": (b"{}{}", JSON),
    "null": (b"null", JSON),
    "a list": (b"[]", JSON),
    "a text": (b'"text"', JSON),
    "no number": (b"NaN", JSON),
    "an endless number": (b"-Infinity", JSON),
    "a number of ten thousand digits": (b"9" * 10_000, JSON),
    "a number with ten thousand digits in it": (b'{"a": ' + b"9" * 10_000 + b"}", JSON),
    "an exponent": (b'{"a": 1e99999}', JSON),
    "deep lists": (b"[" * 100_000, JSON),
    "deep objects": (b'{"a":' * 30_000 + b"1" + b"}" * 30_000, JSON),
    "a field no encoding holds": (b'{"\\ud800": 1}', JSON),
    "a field with NUL": (b'{"\\u0000": 1}', JSON),
    "fields of one name": (b'{"a": 1, "a": 2}', JSON),
    "no text at all": (bytes(range(256)), JSON),
    "UTF-16": ('{"a": "é"}'.encode("utf-16"), JSON),
    "another charset": ('{"a": "é"}'.encode("latin-1"), "application/json; charset=latin-1"),
    "no such charset": (b"{}", "application/json; charset=no-such"),
    "a form": (b"a=1", "application/x-www-form-urlencoded"),
    "a broken form": (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
    "XML": (b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', "application/xml"),
    "no type": (b"{}", ""),
    "too much": (b'{"a": "' + b"a" * 300_000 + b'"}', JSON),
}
_WITH_BODY = ("post", "put", "patch", "delete")
STRANGE: tuple[Any, ...] = (
    None, True, -1, 2**40, 10**30, "9" * 30, 1.5, float("inf"), float("nan"), "", "\x00", "\ud800", "é" * 200, [],
    {"a": 1}, "9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00-23:59", "2026-01-01", "' OR 1=1 --", "%s", "nan",
    "00000000-0000-0000-0000-000000000000", "1e999",
)  # fmt: skip


def _operations(with_cursor: bool) -> list[Any]:
    return [
        pytest.param(service, found.ok(), id=f"{service}: {found.ok().label}")
        for service in SERVICES
        for found in described(service).get_all_operations()
        if (with_cursor and "cursor" in {one.name for one in found.ok().query})
        or (not with_cursor and found.ok().method in _WITH_BODY)
    ]


@pytest.fixture(scope="module")
def apps(services: dict[str, Service], postgres: TestServer, issuer: Issuer) -> Any:
    """Every service's app; here nothing that is sent should change anything that others read."""
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(service.running(postgres, issuer.verifier(service.owner)))
            for name, service in services.items()
        }


def _everybody(service: Service, issuer: Issuer) -> list[Any]:
    return [issuer.headers(caller, service.owner) for caller in service.callers if caller is not NOBODY]


@pytest.mark.parametrize(("name", "operation"), _operations(with_cursor=False))
def test_what_is_no_body_is_refused_in_a_sentence(
    name: str,
    operation: schemathesis.APIOperation,
    services: dict[str, Service],
    apps: dict[str, Flask],
    issuer: Issuer,
) -> None:
    service, client = services[name], apps[name].test_client()
    path = path_of(operation, service.ids)
    failed = {}
    for what, (body, content_type) in BODIES.items():
        for headers in _everybody(service, issuer)[::3]:
            options = {"content_type": content_type} if content_type else {}
            answer = client.open(path, method=operation.method, data=body, headers=headers, **options)
            told = answer.mimetype == "application/problem+json" and bool(answer.json["detail"])
            if answer.status_code >= 500 or (answer.status_code >= 400 and not told):
                failed[what] = (answer.status_code, answer.get_data(as_text=True)[:200])
    assert failed == {}


@pytest.mark.parametrize(("name", "operation"), _operations(with_cursor=True))
def test_a_cursor_that_was_tampered_with_is_refused(
    name: str,
    operation: schemathesis.APIOperation,
    services: dict[str, Service],
    apps: dict[str, Flask],
    issuer: Issuer,
) -> None:
    service, client = services[name], apps[name].test_client()
    path = path_of(operation, service.ids)
    failed = {}
    for headers in _everybody(service, issuer):
        for cursor in _cursors(client, path, headers):
            answer = client.get(path, query_string={"cursor": cursor}, headers=headers)
            if answer.status_code >= 500:
                failed[cursor] = answer.get_data(as_text=True)[:200]
    assert failed == {}


def _cursors(client: FlaskClient, path: str, headers: Any) -> list[str]:
    """What no list gave out; where this one has a second page, its own cursor with each part of it replaced."""
    made = ["x", "====", "é", _cursor({}), _cursor([]), _cursor([[]]), base64.b64encode(b"[" * 3000).decode()]
    answer = client.get(path, query_string={"limit": 1}, headers=headers)
    given = answer.json.get("next") if answer.status_code == 200 else None
    if given is None:
        return made
    sound = json.loads(base64.urlsafe_b64decode(given + "=="))
    for place in range(len(sound)):
        made += [_cursor([*sound[:place], strange, *sound[place + 1 :]]) for strange in STRANGE]
    return [*made, _cursor(sound[:-1]), _cursor([*sound, 1])]


def _cursor(content: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")
