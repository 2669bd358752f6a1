import os
import shutil
import subprocess
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What the script reads of a checkout, and a PATH on which nothing but an old Python stands."""
    for name in (
        "requirements/local.txt",
        "requirements/dev.txt",
        "pyproject.toml",
        "deploy/local/environment.sh",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(CHECKOUT / name, tmp_path / name)
    (tmp_path / "bin").mkdir()
    for tool in ("sh", "cat", "cksum", "rm", "head", "mkdir", "cp"):
        (tmp_path / "bin" / tool).symlink_to(shutil.which(tool) or tool)
    old = tmp_path / "bin" / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    return tmp_path


def make_environment(checkout: Path, name: str = "local") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["deploy/local/environment.sh", name],
        cwd=checkout,
        env={"PATH": str(checkout / "bin")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_old_python_is_refused_in_one_sentence(checkout: Path):
    answer = make_environment(checkout)
    assert answer.returncode == 1
    assert answer.stderr == (
        "Maillage needs Python 3.11 or newer, and finds none: install it, or name it with PYTHON=…\n"
    )


def test_an_environment_that_is_whole_is_left_alone(checkout: Path):
    stamp(checkout, "local")
    assert make_environment(checkout).returncode == 0
    assert make_environment(checkout, "dev").returncode == 1, "tests need more than running does"


def test_what_tests_need_holds_what_running_needs(checkout: Path):
    stamp(checkout, "dev")
    assert make_environment(checkout).returncode == 0
    assert make_environment(checkout, "dev").returncode == 0


@pytest.mark.parametrize("spoil", ["interrupted", "moved"])
def test_an_environment_that_is_not_whole_is_made_anew(checkout: Path, spoil: str):
    stamp(checkout, "local")
    if spoil == "interrupted":
        (checkout / ".venv" / "made-local").unlink()
    else:
        moved = checkout / "moved"
        moved.mkdir()
        for name in (".venv", "requirements", "pyproject.toml", "deploy", "bin"):
            (checkout / name).rename(moved / name)
        checkout = moved
    (checkout / ".venv" / "half").touch()
    pretend_python(checkout)

    answer = make_environment(checkout)
    assert "Making .venv" in answer.stderr
    assert not (checkout / ".venv" / "half").exists()
    assert answer.returncode == 0, answer.stderr
    assert make_environment(checkout).stderr == ""


def test_an_environment_of_another_lock_is_brought_to_this_one(checkout: Path):
    stamp(checkout, "local")
    pretend_python(checkout)
    with (checkout / "requirements" / "local.txt").open("a") as lock:
        lock.write("# changed\n")

    answer = make_environment(checkout)
    assert answer.returncode == 0, answer.stderr
    assert "Making .venv" not in answer.stderr
    assert "Installing what requirements/local.txt locks" in answer.stderr
    assert make_environment(checkout).stderr == ""


def test_an_installation_that_fails_leaves_no_stamp(checkout: Path):
    stamp(checkout, "local")
    pretend_python(checkout, pip="exit 1")
    with (checkout / "requirements" / "local.txt").open("a") as lock:
        lock.write("# changed\n")
    assert make_environment(checkout).returncode == 1
    assert not (checkout / ".venv" / "made-local").exists()


def pretend_python(checkout: Path, pip: str = "exit 0") -> None:
    """A Python that is new enough and makes environments of nothing but itself; no package is fetched."""
    script = f"""#!/bin/sh
case "$*" in
    --version) echo "Python 3.11.99" ;;
    *venv*) mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
    *pip*) {pip} ;;
esac
"""
    for path in (checkout / "bin" / "python3.11", checkout / ".venv" / "bin" / "python"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(script)
        path.chmod(0o755)


def stamp(checkout: Path, name: str) -> None:
    """Mark `.venv` as made from the lock that stands there."""
    lock = (checkout / f"requirements/{name}.txt").read_bytes() + (checkout / "pyproject.toml").read_bytes()
    checksum = subprocess.run(["cksum"], input=lock, capture_output=True, check=True).stdout.decode()
    (checkout / ".venv").mkdir(exist_ok=True)
    (checkout / ".venv" / f"made-{name}").write_text(f"{os.path.realpath(checkout)}\n{checksum}")
