"""One more operator on this machine: `python3 deploy/docker/operators.py op3`, then `make env`.

Wherever the newest operator stands in the files of `PLACES`, the other is written after it, alike; but not in the demo,
which has défis of `op1` and `op2` alone. What else there is to do stands in `docs/operations.md`. Needs nothing but
Python.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
COMPOSE = "docker-compose.yml"
CODE = re.compile(r"[a-z][a-z0-9]{1,15}")
"""As identity knows operators: addresses, accounts and a database are named by it."""

PLACES = {
    COMPOSE: (
        r"^(x-defis-{code}: (?s:.*?)\n\n)",
        r"^( +{CODE}_DATABASE_PASSWORD: .*\n)",
        r"^ +MAILLAGE_EDGE_OPERATORS: .*(,{code}=defis-{code}:8000)$",
        r"^(  defis-{code}-migrate:\n(?s:.*?)\n\n)",
        r"^(  erasures-{code}:\n)",
    ),
    "deploy/docker/environment.py": (r'^OPERATORS = \(.*(, "{code}")\)$',),
    "deploy/prometheus/prometheus.yml": (r"^ +- names: \[.*(, defis-{code}-web, defis-{code}-worker)\]$",),
}
"""What is said of an operator in each file, in the brackets; `{code}` is its code, `{CODE}` that in capitals."""


class Refused(Exception):
    """Nothing was written; the text says why."""


def add(code: str, folder: Path = CHECKOUT) -> None:
    """Write the operator `code` into every file, or into none. Raises `Refused`."""
    compose = (folder / COMPOSE).read_text()
    newest = re.findall(r"^x-defis-(\w+):", compose, re.MULTILINE)[-1]
    if not CODE.fullmatch(code):
        raise Refused(f"{code} is no code: a small letter, then one to fifteen small letters and digits")
    if re.search(rf"\b{code}\b", compose):
        raise Refused(f"{code} is there already, or means something else in {COMPOSE}")
    written = {name: _said_of_both((folder / name).read_text(), name, newest, code) for name in PLACES}
    for name, text in written.items():
        (folder / name).write_text(text)


def _said_of_both(text: str, name: str, newest: str, code: str) -> str:
    for place in PLACES[name]:
        pattern = place.replace("{code}", newest).replace("{CODE}", newest.upper())
        found = list(re.finditer(pattern, text, re.MULTILINE))
        if len(found) != 1:
            raise Refused(f"{name} was changed: it should say this of {newest} once: {place}")
        end = found[0].end(1)
        text = text[:end] + _renamed(found[0][1], newest, code) + text[end:]
    return text


def _renamed(text: str, newest: str, code: str) -> str:
    for old, new in ((newest, code), (newest.upper(), code.upper())):
        text = re.sub(rf"(?<![A-Za-z0-9]){old}(?![A-Za-z0-9])", new, text)
    return text


def main() -> None:
    """Add the operator that the only argument names. Exits with 1 when it refuses, with 2 when called wrongly."""
    match sys.argv[1:]:
        case [code]:
            try:
                add(code)
            except Refused as refusal:
                sys.exit(str(refusal))
            sys.stdout.write(f"{code} is in {', '.join(PLACES)}. Next: make env\n")
        case _:
            sys.stderr.write("usage: python3 deploy/docker/operators.py CODE\n")
            sys.exit(2)


if __name__ == "__main__":
    main()
