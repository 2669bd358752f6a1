"""Commands work with the system up or down, and say nothing on stdout but their answer."""

import json
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local import settings
from deploy.local.folder import DataFolder
from deploy.local.status import describe, in_words
from tests.local.system import System, processes_of, run

EXPORT = Path(__file__).parents[1] / "consultation" / "fixtures" / "polis" / "place-du-marche"


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="maillage-commands-"))
    yield folder / "data"
    shutil.rmtree(folder)


def test_commands_work_with_the_system_down_and_up_alike(data: Path):
    imported = run(data, "consultation", "import-polis", str(EXPORT), "--slug", "place")
    assert imported.returncode == 0, imported.stderr
    assert json.loads(imported.stdout)["new"] is True
    down = run(data, "consultation", "results", "place", "--json")
    assert not processes_of(data), "PostgreSQL was started for the command, and ended with it"

    with System(data) as system:
        system.wait_until_ready()
        up = run(data, "consultation", "results", "place", "--json")
        again = run(data, "consultation", "import-polis", str(EXPORT), "--slug", "place")
        status = run(data, "status", "--json")
        system.end(signal.SIGTERM)

    assert json.loads(up.stdout) == json.loads(down.stdout)
    assert json.loads(up.stdout)["participants"] > 0
    assert json.loads(again.stdout)["new"] is False
    found = json.loads(status.stdout)
    assert (found["running"], found["ready"]) == (True, {"web": True, "worker": True})
    assert found["process"] == system.process.pid
    assert all(service["current"] for service in found["services"].values())


def test_status_of_a_system_that_is_down(data: Path):
    answer = run(data, "status", "--json")
    found = json.loads(answer.stdout)
    assert (answer.returncode, found["running"], found["url"]) == (0, False, None)
    assert found["data"] == str(data)
    assert "Not running" in run(data, "status").stdout


def test_status_says_which_database_does_not_answer(tmp_path: Path):
    folder = DataFolder(tmp_path / "data")
    folder.prepare()
    nowhere = {
        "MAILLAGE_DEFIS_OP1_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "MAILLAGE_OPERATORS": "op1",
    }
    environ = settings.compose(folder, nowhere, postgres_port=1, url="http://127.0.0.1:1")
    found = describe(folder, environ)
    assert {name: one["reachable"] for name, one in found["services"].items()} == dict.fromkeys(
        ("identity", "consultation", "notifications", "defis_op1"), False
    )
    assert "defis_op1: its database does not answer" in in_words(found)


def test_migrating_twice_changes_nothing(data: Path):
    first = run(data, "migrate")
    second = run(data, "migrate")
    assert (first.returncode, second.returncode) == (0, 0)
    assert second.stderr == "The databases are at their newest version.\n"
    assert second.stdout == ""


def test_there_is_one_first_administrator(data: Path):
    first = run(data, "identity", "first-administrator", "alain@demo.example")
    second = run(data, "identity", "first-administrator", "eve@demo.example")
    assert first.returncode == 0, first.stderr
    assert second.returncode == 1
    assert second.stderr.startswith("Error: Somebody already administers the coalition")


def test_a_key_is_withdrawn_by_its_id(data: Path):
    with System(data) as system:
        system.wait_until_ready()  # ready to sign: there is a key
        system.end(signal.SIGTERM)
    (key,) = json.loads(run(data, "identity", "keys", "list").stdout)
    (successor,) = json.loads(run(data, "identity", "keys", "withdraw", key["kid"]).stdout)
    assert (key["state"], successor["state"]) == ("signing", "signing")
    unknown = run(data, "identity", "keys", "withdraw", key["kid"])
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert unknown.stderr == "Error: There is no such key.\n"


def test_refusals_exit_1_and_wrong_usage_exits_2(data: Path):
    unknown = run(data, "consultation", "results", "nowhere", "--json")
    missing = run(data, "consultation", "import-polis")
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert unknown.stderr == "Error: There is no such consultation.\n"
    assert (missing.returncode, missing.stdout) == (2, "")
