"""Settings come from the environment, once, typed; a mistake stops the process and says which.

A service declares what it reads as a frozen dataclass whose fields are made with `setting`. `read_settings` builds
several of them from one environment, because several services may share a process, and refuses every `MAILLAGE_`
variable that none of them declares: a misspelt name is an error, never a silent default.
"""

from __future__ import annotations

import dataclasses
import difflib
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

PREFIX = "MAILLAGE_"


class SettingsError(Exception):
    """The environment cannot be used. The message lists everything that is wrong with it, one line each."""


def setting(
    variable: str,
    description: str,
    *,
    secret: bool = False,
    check: Callable[[str], None] | None = None,
    **options: Any,
) -> Any:
    """A dataclass field read from `variable`; required unless it has a `default`. Secrets stay out of `repr`.

    `check` is given the text, and raises `ValueError` with the end of a sentence that begins with the variable.
    """
    metadata = {"variable": variable, "description": description, "check": check}
    return dataclasses.field(metadata=metadata, repr=not secret, **options)


def read_settings(
    environ: Mapping[str, str], *classes: type[Any], known: Iterable[str] = ()
) -> tuple[Any, ...]:
    """One instance of each of `classes`, read from `environ`.

    `known` names further variables that the process reads elsewhere. Raises `SettingsError`.
    """
    declared = {field.metadata["variable"] for cls in classes for field in dataclasses.fields(cls)} | set(
        known
    )
    problems = [_unknown(name, declared) for name in sorted(environ) if _is_stray(name, declared)]
    instances = []
    for cls in classes:
        values: dict[str, Any] = {}
        hints = typing.get_type_hints(cls)
        for field in dataclasses.fields(cls):
            try:
                values |= _read(field, hints[field.name], environ)
            except ValueError as error:
                problems.append(f"{field.metadata['variable']} {error}")
        if not problems:
            instances.append(cls(**values))
    if problems:
        raise SettingsError("\n".join(problems))
    return tuple(instances)


def _is_stray(name: str, declared: set[str]) -> bool:
    return name.startswith(PREFIX) and name not in declared


def _unknown(name: str, declared: set[str]) -> str:
    near = difflib.get_close_matches(name, declared, n=1)
    return f"{name} is not a setting" + (f"; did you mean {near[0]}?" if near else "")


def _read(field: dataclasses.Field[Any], annotation: Any, environ: Mapping[str, str]) -> dict[str, Any]:
    """The field's value, or nothing where its default holds. Raises `ValueError` with the end of a sentence."""
    text = environ.get(field.metadata["variable"], "").strip()
    if text:
        if field.metadata["check"]:
            field.metadata["check"](text)
        return {field.name: _parse(annotation, text)}
    if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
        raise ValueError(f"is required: {field.metadata['description']}")
    return {}


def _parse(annotation: Any, text: str) -> Any:
    if isinstance(annotation, types.UnionType):
        annotation = next(member for member in typing.get_args(annotation) if member is not types.NoneType)
    if typing.get_origin(annotation) is tuple:
        return tuple(part.strip() for part in text.split(",") if part.strip())
    parser, expected = _PARSERS[annotation]
    try:
        return parser(text)
    except (ValueError, KeyError) as error:
        raise ValueError(f"must be {expected}, not {text!r}") from error


_BOOLEANS = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}

_PARSERS: dict[Any, tuple[Callable[[str], Any], str]] = {
    str: (str, "a text"),
    int: (int, "a whole number"),
    float: (float, "a number"),
    bool: (lambda text: _BOOLEANS[text.lower()], "true or false"),
    Path: (Path, "a path"),
    timedelta: (lambda text: timedelta(seconds=float(text)), "a number of seconds"),
}
