"""`maillage up` as people run it: real processes, real signals."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from deploy.local.entrance import answers
from libs.chassis.testing.waiting import eventually
from tests.local.system import (
    MAILLAGE,
    System,
    command_line,
    environment,
    get,
    post,
    processes_of,
    run,
    status,
)


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """One data folder for all tests here: each start must cope with how the last one ended."""
    folder = Path(tempfile.mkdtemp(prefix="maillage-up-"))
    yield folder / "data"
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_one_signal_ends_every_process_in_good_order(data: Path, number: int):
    with System(data) as system:
        url = system.wait_until_ready()
        assert get(f"{url}/readyz") == 200
        commands = {pid: command_line(pid) for pid in processes_of(data)}
        web, worker = system.child("deploy.local.web"), system.child("deploy.local.worker")
        assert web != worker
        assert any("bin/postgres -D" in command for command in commands.values())

        assert system.end(number) == 0

    assert not processes_of(data)
    assert not (data / "postgres" / "cluster" / "postmaster.pid").exists(), "PostgreSQL ended by itself"
    with pytest.raises(urllib.error.URLError):
        get(url)


def test_a_terminal_that_is_gone_ends_everything_all_the_same(data: Path):
    with System(data) as system:
        system.wait_until_ready()
        assert system.process.stderr is not None
        system.process.stderr.close()
        system.process.send_signal(signal.SIGHUP)
        assert system.process.wait(timeout=60) == 0
        assert not processes_of(data)
        system.process.stderr = None


def test_under_nohup_a_terminal_that_is_gone_is_outlived(data: Path):
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        system = System(data)
    finally:
        signal.signal(signal.SIGHUP, before)
    with system:
        url = system.wait_until_ready()
        system.process.send_signal(signal.SIGHUP)
        time.sleep(1)
        assert get(f"{url}/readyz") == 200
        assert system.end(signal.SIGINT) == 0


def test_a_killed_supervisor_leaves_nothing_behind_and_the_next_one_starts(data: Path):
    with System(data) as system:
        port = system.wait_until_ready().rpartition(":")[2]
        started = processes_of(data)
        system.end(signal.SIGKILL)
    assert len(started) > 5
    # At once, on the same port: it waits for the end of what the killed one had started.
    with System(data, PORT=port) as system:
        assert get(f"{system.wait_until_ready()}/readyz") == 200
        assert not set(started) & set(processes_of(data))
        system.end(signal.SIGTERM)


def test_a_process_that_falls_is_started_again(data: Path):
    with System(data) as system:
        url = system.wait_until_ready()
        fallen = {}
        for module in ("deploy.local.web", "deploy.local.worker", "deploy.local.mail", "bin/postgres"):
            fallen[module] = system.child(module)
            os.kill(fallen[module], signal.SIGKILL)

        def all_back() -> bool:
            try:
                risen = {module: system.child(module) for module in fallen}
                return not set(risen.values()) & set(fallen.values()) and get(f"{url}/readyz") == 200
            except (ValueError, OSError):
                return False

        eventually(all_back)
        eventually(lambda: status(data)["ready"] == {"web": True, "worker": True})
        assert post(f"{url}/api/identity/v1/sign-in", {"email": "ada@example.org"}) == 202
        eventually(lambda: any((data / "mail" / "new").iterdir()))  # the catcher is back at its port
        system.end(signal.SIGTERM)
    assert not processes_of(data)


def test_a_database_that_cannot_start_again_is_tried_until_it_can(data: Path):
    with System(data) as system:
        url = system.wait_until_ready()
        control = data / "postgres" / "cluster" / "global" / "pg_control"
        os.kill(system.child("bin/postgres"), signal.SIGKILL)
        aside = control.rename(control.with_suffix(".aside"))
        system.wait_until_said("Trying again")
        assert not answers(f"{url}/readyz")
        aside.rename(control)
        eventually(lambda: answers(f"{url}/readyz"))
        eventually(lambda: status(data)["ready"] == {"web": True, "worker": True})
        assert system.end(signal.SIGTERM) == 0
    assert not processes_of(data)


def test_a_second_interrupt_hurries(data: Path):
    with System(data) as system:
        system.wait_until_ready()
        os.kill(system.child("deploy.local.worker"), signal.SIGSTOP)  # it will not finish what it has in hand
        system.process.send_signal(signal.SIGINT)
        system.wait_until_said("hurry")
        began = time.monotonic()
        system.end(signal.SIGINT)
        assert time.monotonic() - began < 10
    assert not processes_of(data)


def test_interrupting_the_start_ends_it_and_the_next_one_is_whole():
    folder = Path(tempfile.mkdtemp(prefix="maillage-up-"))
    try:
        for _ in range(2):
            with System(folder / "data") as system:
                system.wait_until_said("Starting PostgreSQL")
                assert system.end(signal.SIGINT) == 0
            assert not processes_of(folder / "data")
        with System(folder / "data") as system:
            assert get(f"{system.wait_until_ready()}/readyz") == 200
            assert system.end(signal.SIGINT) == 0
    finally:
        shutil.rmtree(folder)


def test_a_first_start_that_is_killed_at_any_moment_is_taken_up_again():
    folder = Path(tempfile.mkdtemp(prefix="maillage-up-"))
    moments = Random(20261121)
    try:
        for _ in range(8):
            with System(folder / "data") as system:
                time.sleep(moments.uniform(0.1, 2.5))
                system.end(signal.SIGKILL)
        with System(folder / "data") as system:
            assert get(f"{system.wait_until_ready()}/readyz") == 200
            assert system.end(signal.SIGINT) == 0
        assert not processes_of(folder / "data")
    finally:
        shutil.rmtree(folder)


def test_a_taken_port_is_told_before_anything_starts(tmp_path: Path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        answer = run(tmp_path / "data", "up", PORT=str(port))
    assert answer.returncode == 1
    assert answer.stderr == f"Error: Port {port} is taken by another program: set PORT to a free one.\n"
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("port", ["http", "-1", "70000"])
def test_a_port_that_is_none_is_refused(tmp_path: Path, port: str):
    answer = run(tmp_path / "data", "up", PORT=port)
    assert (answer.returncode, answer.stderr) == (
        1,
        f"Error: PORT must be a number from 0 to 65535, not '{port}'.\n",
    )


def test_a_data_folder_in_use_is_told_with_who_uses_it(data: Path):
    with System(data) as system:
        url = system.wait_until_ready()
        other_port = run(data, "up")
        same_port = run(data, "up", PORT=url.rpartition(":")[2])
        system.end(signal.SIGTERM)
    by = f"« maillage up » (process {system.process.pid})"
    assert (other_port.returncode, same_port.returncode) == (1, 1)
    assert other_port.stderr == (
        f"Error: The data folder {data} is in use by {by}: end it, or set MAILLAGE_DATA to another folder.\n"
    )
    assert same_port.stderr == (
        f"Error: Maillage already runs from {data}, at {url} (process {system.process.pid}).\n"
    )


def spoil_by_a_file(folder: Path) -> str:
    folder.write_text("")
    return "cannot be used (File exists)"


def spoil_by_other_files(folder: Path) -> str:
    (folder / "photos").mkdir(parents=True)
    return "was not made by Maillage"


def spoil_by_half_a_cluster(folder: Path) -> str:
    (folder / "postgres" / "cluster" / "base").mkdir(parents=True)
    (folder / "maillage-data").write_text("1\n")
    return "is incomplete"


@pytest.mark.parametrize("spoil", [spoil_by_a_file, spoil_by_other_files, spoil_by_half_a_cluster])
@pytest.mark.parametrize("command", ["up", "status"])
def test_an_unusable_data_folder_gets_one_clear_sentence(tmp_path: Path, spoil, command: str):
    reason = spoil(tmp_path / "data")
    answer = run(tmp_path / "data", command)
    said = [line for line in answer.stderr.splitlines() if line != "Starting PostgreSQL…"]
    assert answer.returncode == 1
    assert len(said) == 1
    assert reason in said[0]
    assert str(tmp_path / "data") in said[0]
    assert not processes_of(tmp_path / "data")


def test_a_read_only_data_folder_gets_one_clear_sentence(tmp_path: Path):
    folder = tmp_path / "data"
    folder.mkdir()
    folder.chmod(0o500)
    # Rights do not bind root: for it, a place that refuses everybody.
    place = folder if os.geteuid() else Path("/proc/self/fdinfo")
    answer = run(place / "maillage", "up")
    assert answer.returncode == 1
    assert answer.stderr.count("\n") == 1
    assert "cannot be used" in answer.stderr
    assert "MAILLAGE_DATA" in answer.stderr


def test_a_misspelt_variable_is_refused_by_name(data: Path):
    answer = run(data, "up", MAILLAGE_BUS_ULR="amqp://elsewhere")
    assert answer.returncode == 1
    assert answer.stderr.splitlines()[-1] == (
        "Error: MAILLAGE_BUS_ULR is not a setting; did you mean MAILLAGE_BUS_URL?"
    )
    assert not processes_of(data)


def test_mails_are_caught_where_the_environment_names_no_server(data: Path):
    with System(data) as system:
        url = system.wait_until_ready()
        assert post(f"{url}/api/identity/v1/sign-in", {"email": "camille@demo.example"}) == 202
        eventually(lambda: bool(mails_to("camille@demo.example", data)))
        system.end(signal.SIGTERM)
    (mail,) = mails_to("camille@demo.example", data)
    assert mail.stat().st_mode & 0o077 == 0


def mails_to(recipient: str, data: Path) -> list[Path]:
    """The caught mails to one person: another test's mail may arrive, if its server had this port before."""
    return [mail for mail in (data / "mail").glob("new/*") if f"To: {recipient}\n" in mail.read_text()]


def test_wrong_usage_exits_2(data: Path):
    answer = subprocess.run(
        [MAILLAGE, "fly"], env=environment(data), capture_output=True, text=True, check=False
    )
    assert answer.returncode == 2
    assert answer.stdout == ""
