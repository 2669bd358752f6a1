import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from deploy.local.folder import DataFolder
from deploy.local.migrations import migrate
from deploy.local.postgres import EmbeddedPostgres, postgres_for, service_url
from deploy.local.refusals import Refused
from libs.chassis.testing.postgres import TestServer


def make_folder() -> DataFolder:
    # `mkdtemp` makes a folder closed to others: PostgreSQL must work below it, also as root.
    folder = DataFolder(Path(tempfile.mkdtemp(prefix="maillage-local-")) / "data")
    folder.prepare()
    return folder


@pytest.fixture(scope="module")
def folder() -> Iterator[DataFolder]:
    """A data folder that tests leave sound."""
    folder = make_folder()
    yield folder
    shutil.rmtree(folder.path.parent)


@pytest.fixture
def spare_folder() -> Iterator[DataFolder]:
    """A data folder of a test's own, to be spoilt."""
    folder = make_folder()
    yield folder
    shutil.rmtree(folder.path.parent)


def connect(folder: DataFolder, port: int, service: str = "consultation") -> psycopg.Connection:
    return psycopg.connect(service_url(service, folder.secret(f"postgres:{service}"), port), autocommit=True)


def serve(folder: DataFolder):
    return postgres_for(folder, "test", lambda _text: None)


def test_data_stay_from_one_start_to_the_next(folder: DataFolder):
    with serve(folder) as port, connect(folder, port) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 'yes' AS answer")
    with serve(folder) as port, connect(folder, port) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == ("yes",)
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
        assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)


def test_a_service_has_no_way_into_the_database_of_another(folder: DataFolder):
    with serve(folder) as port:
        own = service_url("identity", folder.secret("postgres:identity"), port)
        stranger = own.removesuffix("identity") + "consultation"
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(stranger)
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(service_url("identity", "guessed", port))


def test_no_folder_above_the_data_is_opened_to_others(folder: DataFolder):
    above = folder.path.parent
    assert above.stat().st_mode & 0o077 == 0
    with serve(folder) as port:
        connect(folder, port).close()
        assert above.stat().st_mode & 0o077 == 0
        assert (folder.postgres / "cluster").stat().st_mode & 0o077 == 0


def test_a_data_folder_that_others_may_reach_serves_as_well(spare_folder: DataFolder):
    spare_folder.path.parent.chmod(0o755)
    with serve(spare_folder) as port:
        connect(spare_folder, port).close()
    assert {path.name for path in spare_folder.postgres.iterdir()} <= {"cluster", "binaries"}


def test_the_data_folder_may_lie_very_deep(spare_folder: DataFolder):
    deep = DataFolder(spare_folder.path.parent / "/".join(["très-profond"] * 12))
    assert len(str(deep)) > 107
    deep.prepare()
    with serve(deep) as port:
        connect(deep, port).close()


def test_an_interrupted_first_start_is_taken_up_again(spare_folder: DataFolder):
    half = spare_folder.postgres / "cluster.partial"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    with serve(spare_folder) as port:
        connect(spare_folder, port).close()
    assert not half.exists()


def test_a_stale_pid_file_that_names_a_living_process_is_no_obstacle(folder: DataFolder):
    with serve(folder):
        kept = (folder.postgres / "cluster" / "postmaster.pid").read_text()
    bystander = subprocess.Popen(["sleep", "60"])
    try:
        stale = "\n".join([str(bystander.pid), *kept.splitlines()[1:]]) + "\n"
        (folder.postgres / "cluster" / "postmaster.pid").write_text(stale)
        with serve(folder) as port:
            connect(folder, port).close()
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_an_incomplete_cluster_is_refused(spare_folder: DataFolder):
    with serve(spare_folder):
        pass
    (spare_folder.postgres / "cluster" / "global" / "pg_control").unlink()
    with pytest.raises(Refused, match="cluster is incomplete"), serve(spare_folder):
        pass


def test_a_cluster_of_another_postgresql_is_refused(spare_folder: DataFolder):
    with serve(spare_folder):
        pass
    (spare_folder.postgres / "cluster" / "PG_VERSION").write_text("99\n")
    with pytest.raises(Refused, match="made by PostgreSQL 99"), serve(spare_folder):
        pass


def test_lost_secrets_are_told_and_not_papered_over(spare_folder: DataFolder):
    with serve(spare_folder):
        pass
    (spare_folder.path / "secrets.json").unlink()
    with pytest.raises(Refused, match="restore this file"), serve(spare_folder):
        pass


def test_a_server_whose_owner_was_killed_ends_and_the_next_start_waits_for_it(folder: DataFolder):
    script = """
import sys, time
from pathlib import Path
from deploy.local.folder import DataFolder
from deploy.local.migrations import migrate
from deploy.local.postgres import EmbeddedPostgres
server = EmbeddedPostgres(DataFolder(Path(sys.argv[1])))
server.start()
print(server.pid, flush=True)
time.sleep(600)
"""
    owner = subprocess.Popen([sys.executable, "-c", script, str(folder)], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    server_pid = int(owner.stdout.readline())
    owner.send_signal(signal.SIGKILL)
    owner.communicate()

    server = EmbeddedPostgres(folder)
    server.start()
    try:
        assert server.pid != server_pid
        connect(folder, server.port).close()
    finally:
        server.stop()


def test_two_commands_at_once_take_turns(folder: DataFolder):
    said: list[str] = []
    with (
        serve(folder),
        pytest.raises(Refused, match=rf"in use by « maillage test » \(process {os.getpid()}\)"),
    ):
        postgres_for(folder, "second", said.append, wait=0.2).__enter__()
    assert said == [f"Waiting for the data folder, in use by « maillage test » (process {os.getpid()})."]


def test_a_server_ended_from_outside_comes_back_at_the_same_address(folder: DataFolder):
    server = EmbeddedPostgres(folder)
    server.start()
    try:
        port = server.port
        assert server.pid is not None
        os.kill(server.pid, signal.SIGKILL)
        while server.running():
            pass
        server.restart()
        assert server.port == port
        connect(folder, port).close()
    finally:
        server.stop()


def test_a_database_of_a_newer_maillage_is_refused(postgres: TestServer):
    with postgres.database() as identity, postgres.database() as consultation:
        environ = {
            "MAILLAGE_IDENTITY_DATABASE_URL": identity,
            "MAILLAGE_CONSULTATION_DATABASE_URL": consultation,
        }
        with psycopg.connect(identity.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute("CREATE TABLE alembic_version AS SELECT '9999' AS version_num")
        with pytest.raises(Refused, match="identity was made by a newer Maillage"):
            migrate(environ, lambda _text: None)
