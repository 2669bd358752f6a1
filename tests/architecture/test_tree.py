"""The tree keeps the shape that the style guide gives it."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST_FILE = 300
LONGEST_FUNCTION = 40
CODE = ("libs", "services", "gateway", "deploy", "docs")
FEATURE_FILES = {
    "rules.py",
    "models.py",
    "commands.py",
    "queries.py",
    "schemas.py",
    "routes.py",
    "consumers.py",
}


def tracked(*suffixes: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.splitlines() if name.endswith(suffixes) and (ROOT / name).exists()]


def modules() -> list[Path]:
    return [path for path in tracked(".py") if path.relative_to(ROOT).parts[0] in CODE]


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_says_what_it_is_and_stays_one_thing(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    assert source.count("\n") <= LONGEST_FILE
    if "migrations" not in path.parts:
        assert not source.strip() or ast.get_docstring(tree), "no docstring"
    long = [
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION
    ]
    if "migrations" not in path.parts:
        assert long == []


@pytest.mark.parametrize(
    "path", [path for path in modules() if path.name == "rules.py"], ids=lambda p: p.parent.name
)
def test_rules_are_pure(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    imported: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module != "random":
            imported.add((node.module or "").split(".")[0])
    # `from random import Random` names the type of what is passed in; `import random` would draw by itself.
    assert imported.isdisjoint({"flask", "sqlalchemy", "psycopg", "time", "httpx", "os", "random"})
    assert [call for call in ("datetime.now(", "uuid7(", "uuid4(") if call in source] == []


def test_no_file_names_a_package_registry() -> None:
    hosts = ["py" + "pi.org", "python" + "hosted", "registry." + "npmjs", "deb." + "debian.org"]
    found = [
        f"{path.relative_to(ROOT)}: {host}"
        for path in tracked(
            ".py", ".txt", ".in", ".toml", ".sh", ".yml", ".md", ".json", "Makefile", "Dockerfile"
        )
        for host in hosts
        if host in path.read_text(encoding="utf-8", errors="replace")
    ]
    assert found == []
