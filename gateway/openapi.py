"""One description of the whole API, out of those of its services. Pure.

Each service describes itself; what they name alike (`Problem`, `Page`) differs, so a component takes the name of its
service. The défi service is described once, for whichever operator: its code becomes a parameter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

Json = dict[str, Any]

METHODS: Final = ("get", "post", "put", "patch", "delete")
_OPERATOR_PATH: Final = re.compile(r"^/api/territories/[a-z0-9]+/")
_OPERATOR: Final[Json] = {
    "in": "path",
    "name": "operator",
    "required": True,
    "schema": {"type": "string", "pattern": "^[a-z][a-z0-9]{1,15}$"},
}


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that can be asked: `PUT /api/…`, in the service's words."""

    method: str
    path: str
    summary: str
    parameters: tuple[str, ...]
    takes: str
    gives: str


def merge(documents: Mapping[str, Json], title: str) -> Json:
    """The descriptions of services, by name, as one OpenAPI document."""
    merged: Json = {
        "openapi": next((one["openapi"] for one in documents.values()), "3.0.3"),
        "info": {"title": title, "version": "v1"},
        "security": [],
        "tags": [],
        "paths": {},
        "components": {},
    }
    for service, document in documents.items():
        own = _renamed(document, service)
        merged["security"] = own.get("security", merged["security"])
        merged["tags"] += [{**tag, "name": f"{service}: {tag['name']}"} for tag in own.get("tags", [])]
        merged["paths"] |= dict(_paths(own, service))
        for family, components in own.get("components", {}).items():
            merged["components"].setdefault(family, {}).update(_keyed(family, components, service))
    return merged


def operations(document: Json) -> Iterator[tuple[str, list[Operation]]]:
    """What a merged document describes: each tag's description with its operations, in the order of the tags."""
    found: dict[str, list[Operation]] = {tag["name"]: [] for tag in document["tags"]}
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                operation = _operation(method, path, item)
                for tag in item[method].get("tags", []):
                    found.setdefault(tag, []).append(operation)
    yield from ((tag, listed) for tag, listed in found.items() if listed)


def _operation(method: str, path: str, item: Json) -> Operation:
    described = item[method]
    body = described.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    answers = (answer for status, answer in described.get("responses", {}).items() if status.startswith("2"))
    answer: Json = next(answers, {})
    given = answer.get("content", {}).get("application/json", {}).get("schema", {})
    return Operation(
        method=method.upper(),
        path=path,
        summary=described.get("summary", ""),
        parameters=tuple(one["name"] for one in described.get("parameters", []) if one.get("in") == "query"),
        takes=_name(body),
        gives=_name(given),
    )


def _name(schema: Json) -> str:
    """The name of a component, without its service; a list of them in brackets."""
    if schema.get("type") == "array":
        inner = _name(schema.get("items", {}))
        return f"[{inner}]" if inner else ""
    return str(schema.get("$ref", "")).rpartition("/")[2].rpartition(".")[2]


def _paths(document: Json, service: str) -> Iterator[tuple[str, Json]]:
    for path, item in document.get("paths", {}).items():
        operator = _OPERATOR_PATH.match(path)
        own: Json = {name: _tagged(operation, service) for name, operation in item.items()}
        if operator:
            own["parameters"] = [_OPERATOR, *item.get("parameters", [])]
        yield _OPERATOR_PATH.sub("/api/territories/{operator}/", path), own


def _tagged(operation: Any, service: str) -> Any:
    if not isinstance(operation, dict):
        return operation
    return {**operation, "tags": [f"{service}: {tag}" for tag in operation.get("tags", [])]}


def _keyed(family: str, components: Json, service: str) -> Json:
    if family == "securitySchemes":
        return components
    return {f"{service}.{name}": component for name, component in components.items()}


def _renamed(value: Any, service: str) -> Any:
    """The same with every reference pointing to the component's new name."""
    if isinstance(value, dict):
        return {
            key: _reference(one, service) if key == "$ref" else _renamed(one, service)
            for key, one in value.items()
        }
    if isinstance(value, list):
        return [_renamed(one, service) for one in value]
    return value


def _reference(reference: str, service: str) -> str:
    where, _, name = reference.rpartition("/")
    return f"{where}/{service}.{name}"


def described(
    operations_by_tag: Iterable[tuple[str, list[Operation]]],
) -> dict[str, list[tuple[str, list[Operation]]]]:
    """The same by service, then tag: `{"identity": [("people", […]), …]}`."""
    found: dict[str, list[tuple[str, list[Operation]]]] = {}
    for tag, listed in operations_by_tag:
        service, _, name = tag.partition(": ")
        found.setdefault(service, []).append((name, listed))
    return found
