import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "needs.sh"


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A PATH without Chromium, on which `apt-get` only writes down what it was asked."""
    for tool in ("sh", "echo"):
        (tmp_path / tool).symlink_to(shutil.which(tool) or tool)
    write(tmp_path / "apt-get", f'echo "$*" >> {tmp_path}/asked')
    return tmp_path


def write(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def needs(machine: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([SCRIPT], env={"PATH": str(machine)}, capture_output=True, text=True, check=False)


def test_without_root_the_command_is_printed_and_nothing_is_tested(machine: Path):
    write(machine / "id", "echo 1000")
    answer = needs(machine)
    assert answer.returncode == 1
    assert "As root: apt-get install --no-install-recommends chromium\n" in answer.stderr
    assert not (machine / "asked").exists()


def test_on_another_system_the_packages_are_named(machine: Path):
    (machine / "apt-get").unlink()
    answer = needs(machine)
    assert answer.returncode == 1
    assert answer.stderr == "The tests need chromium: install them with this system's package manager.\n"


def test_a_machine_that_lacks_nothing_is_left_alone(machine: Path):
    write(machine / "chromium", "")
    assert needs(machine).returncode == 0
    assert not (machine / "asked").exists()
