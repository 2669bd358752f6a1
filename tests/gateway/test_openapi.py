"""One description of the API out of several, in which nothing is lost and nothing collides."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.openapi import described, merge, operations

DOCS = Path(__file__).parents[2] / "docs/openapi"


@pytest.fixture(scope="module")
def documents() -> dict[str, Any]:
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(DOCS.glob("*.json"))}


@pytest.fixture(scope="module")
def merged(documents: dict[str, Any]) -> dict[str, Any]:
    return merge(documents, "Maillage")


def references(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if "$ref" in value else set()
        return own.union(*map(references, value.values()))
    return set().union(*map(references, value)) if isinstance(value, list) else set()


def test_every_path_and_every_schema_of_every_service_is_there(documents, merged):
    assert len(documents) == 4
    assert len(merged["paths"]) == sum(len(one["paths"]) for one in documents.values())
    schemas = sum(len(one["components"]["schemas"]) for one in documents.values())
    assert len(merged["components"]["schemas"]) == schemas


def test_every_reference_leads_to_a_component(merged):
    found = references(merged)
    assert len(found) > 100
    for reference in found:
        _, family, name = reference.removeprefix("#/").split("/")
        assert name in merged["components"][family], reference


def test_an_operator_is_a_parameter_and_no_operator_is_named(merged):
    path = merged["paths"]["/api/territories/{operator}/v1/defis"]
    assert path["parameters"][0]["name"] == "operator"
    assert "/op1/" not in "".join(merged["paths"])


def test_every_operation_is_listed_once_under_its_service(documents, merged):
    listed = [
        (one.method, one.path)
        for tags in described(operations(merged)).values()
        for _tag, found in tags
        for one in found
    ]
    verbs = {"get", "post", "put", "patch", "delete"}
    assert len(listed) == len(set(listed))
    assert len(listed) == sum(
        len(verbs & set(item)) for document in documents.values() for item in document["paths"].values()
    )
