"""The commands that copy the databases of containers, and what docs/operations.md has people paste."""

from __future__ import annotations

import hashlib
import re
import subprocess
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
RUNBOOK = (CHECKOUT / "docs/operations.md").read_text()
EATS_WHAT_IS_PASTED = re.compile(r"docker-compose (?:exec|run)\b.* -T\b")
SAYS_WHAT_IT_READS = re.compile(r"^ *echo .*\|| < \S+", re.MULTILINE)


def called(script: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """What a command says and ends with where there is no Docker: what it refuses, it refuses before."""
    return subprocess.run(
        [CHECKOUT / "deploy/docker" / script, *arguments],
        env={"PATH": "/usr/bin:/bin", "DOCKER_HOST": "unix:///nowhere"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of one database, as backup.sh leaves it."""
    (tmp_path / "identity.dump").write_bytes(b"whole")
    digest = hashlib.sha256(b"whole").hexdigest()
    (tmp_path / "SHA256SUMS").write_text(f"{digest}  identity.dump\n")
    return tmp_path


def test_a_copy_is_never_made_over_another(copy: Path) -> None:
    refused = called("backup.sh", copy)
    assert refused.returncode == 1
    assert "File exists" in refused.stderr
    assert (copy / "identity.dump").read_bytes() == b"whole"


def test_a_copy_that_was_altered_is_refused_before_anything_is_touched(copy: Path) -> None:
    (copy / "identity.dump").write_bytes(b"altered")
    refused = called("restore.sh", copy)
    assert (refused.returncode, "identity.dump: FAILED" in refused.stdout) == (1, True)
    assert "Nothing was done" in refused.stderr


def test_a_copy_that_was_torn_is_refused_before_anything_is_touched(copy: Path) -> None:
    (copy / "identity.dump").unlink()
    assert "Nothing was done" in called("restore.sh", copy).stderr
    (copy / "SHA256SUMS").unlink()
    assert "Nothing was done" in called("restore.sh", copy).stderr


def test_a_whole_copy_is_not_refused(copy: Path) -> None:
    assert "Nothing was done" not in called("restore.sh", copy).stderr


@pytest.mark.parametrize("script", ["backup.sh", "restore.sh", "erasures.sh"])
def test_a_command_called_wrongly_says_how_and_does_nothing(script: str) -> None:
    wrong = called(script)
    assert (wrong.returncode, wrong.stderr.startswith("usage: ")) == (2, True)


def test_no_command_of_the_runbook_swallows_those_pasted_after_it() -> None:
    """With `-T` docker-compose reads what was pasted: the lines that follow would be gone."""
    followed = [command for block in pasted(RUNBOOK) for command in block[:-1]]
    greedy = [command for command in followed if EATS_WHAT_IS_PASTED.search(command)]
    assert greedy
    assert [command for command in greedy if not SAYS_WHAT_IT_READS.search(command)] == []


def pasted(text: str) -> list[list[str]]:
    """The blocks of commands of a Markdown text; a command may have several lines, by a backslash or within quotes."""
    blocks = re.findall(r"(?:^ {4}.*\n)+", text, re.MULTILINE)
    return [re.findall(r'(?:"[^"]*"|\\\n|[^\n"])+', block) for block in blocks]
