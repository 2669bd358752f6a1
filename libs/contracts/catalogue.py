"""Every event there is, and the page that describes them.

`CATALOGUE` maps a name and a version to the class; `render()` writes `docs/events.md`, which is committed and
checked for drift.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from types import ModuleType

import marshmallow as ma

from libs.contracts import consultation, defis, erasures, identity, notices
from libs.contracts.event import Event

_MODULES: tuple[ModuleType, ...] = (identity, consultation, defis, notices, erasures)


def _declared_in(module: ModuleType) -> list[type[Event]]:
    """The event classes that `module` defines, in the order they stand in it."""
    return [
        member
        for member in vars(module).values()
        if isinstance(member, type) and issubclass(member, Event) and member.__module__ == module.__name__
    ]


CATALOGUE: dict[tuple[str, int], type[Event]] = {
    (cls.name, cls.version): cls for module in _MODULES for cls in _declared_in(module)
}


def render(heard_by: Mapping[type[Event], Sequence[str]]) -> str:
    """The catalogue as Markdown; `heard_by` names the consumers of each event, as in `consultation: keep-closed`."""
    lines = [
        "# Events",
        "",
        "Generated from `libs/contracts` by `make docs`; do not edit.",
        "",
        "Each event is a CloudEvents 1.0 envelope in structured JSON. Its type, which is also its routing key, is",
        "`<owner>.<name>.v<version>`; the owner is `coalition` or an operator's code. `sequence` ranks the facts of",
        "one subject, which are delivered in that order, at least once. Readers ignore fields they do not know.",
    ]
    for module in _MODULES:
        lines += ["", f"## {module.__name__.rpartition('.')[2]}", "", inspect.getdoc(module) or ""]
        for cls in _declared_in(module):
            lines += _section(cls, heard_by.get(cls, ()))
    return "\n".join(lines) + "\n"


def _section(cls: type[Event], heard_by: Sequence[str]) -> list[str]:
    heard = ", ".join(f"`{name}`" for name in heard_by) or "nobody yet"
    return [
        "",
        f"### `{cls.name}.v{cls.version}`",
        "",
        inspect.getdoc(cls) or "",
        "",
        f"Audience: **{cls.audience}**. Subject: `{cls.subject_field}`. Consumed by: {heard}.",
        "",
        "| field | type | | meaning |",
        "|---|---|---|---|",
        *(_row(name, field) for name, field in cls.schema.fields.items()),
    ]


def _row(name: str, field: ma.fields.Field[object]) -> str:
    need = "required" if field.required else "optional"
    kind = type(field).__name__.removeprefix("Aware")
    return f"| `{name}` | {kind} | {need} | {field.metadata['description']} |"
