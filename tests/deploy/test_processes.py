"""Every service runs as real processes with real servers, whatever starts first, and ends well."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psutil
import psycopg
import pytest

from libs.chassis.children import free_port
from libs.chassis.testing.postgres import TestServer
from libs.chassis.testing.waiting import eventually
from tests.deploy.processes import Process, environment

SERVICES = ("identity", "consultation", "notifications", "defis")
CONSULTATIONS = "/api/consultation/v1/consultations"


def told(broker: str, database: str, service: str) -> dict[str, str]:
    return environment(broker, database, service, **({"MAILLAGE_OWNER": "op1"} if service == "defis" else {}))


@pytest.fixture
def consultation(broker_url: str, database_url: str, tmp_path: Path) -> dict[str, str]:
    """The environment of a consultation service whose database is migrated."""
    environ = environment(broker_url, database_url, "consultation")
    with Process("services.consultation", "migrate", tmp_path, environ) as migration:
        assert migration.finish() == 0, migration.log.read_text()
    return environ


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_that_starts_before_its_schema_says_so_and_then_runs(
    service: str, broker_url: str, database_url: str, tmp_path: Path
) -> None:
    package, environ = f"services.{service}", told(broker_url, database_url, service)
    with (
        Process(package, "web", tmp_path, environ) as web,
        Process(package, "worker", tmp_path, environ) as worker,
    ):
        said = worker.wait_until(lambda said: "schema" in said["checks"])
        assert (said["ready"], said["checks"]["schema"]) == (False, "SchemaBehind")
        assert not web.wait_until(lambda said: "schema: SchemaBehind" in said["checks"]["web"])["ready"]
        with Process(package, "migrate", tmp_path, environ) as migration:
            assert migration.finish() == 0, migration.log.read_text()
        web.wait_until_ready()
        worker.wait_until_ready()
        assert httpx.get(f"{web.url}/readyz").json()["checks"]["schema"] == "ok"
        assert (web.end(), worker.end()) == (0, 0)


def test_a_worker_without_its_broker_says_so(
    consultation: dict[str, str], database_url: str, tmp_path: Path
) -> None:
    nobody = {**consultation, "MAILLAGE_BUS_URL": f"amqp://a:b@127.0.0.1:{free_port()}/"}
    with Process("services.consultation", "worker", tmp_path, nobody) as worker:
        said = worker.wait_until(lambda said: said["checks"].get("schema") == "ok")
        assert (said["ready"], said["checks"]["bus"]) == (False, "BusUnavailable")
        eventually(lambda: any(line["event"] == "waiting for the broker" for line in worker.lines()))
        assert worker.end() == 0


def test_migrations_wait_for_a_database_that_does_not_answer_yet(
    postgres: TestServer, database_url: str, broker_url: str, tmp_path: Path
) -> None:
    absent = database_url.rpartition("/")[0] + "/not_made_yet"
    environ = environment(broker_url, absent, "consultation")
    try:
        with Process("services.consultation", "migrate", tmp_path, environ) as migration:
            eventually(lambda: any(line["event"] == "waiting for the database" for line in migration.lines()))
            with psycopg.connect(database_url.replace("+psycopg", ""), autocommit=True) as connection:
                connection.execute("CREATE DATABASE not_made_yet")
            assert migration.finish() == 0, migration.log.read_text()
        with Process("services.consultation", "migrate", tmp_path, environ) as again:
            assert again.finish() == 0
            assert again.lines()[-1]["event"] == "the schema is up to date"
    finally:
        postgres.drop_database(absent)


def test_earlier_code_runs_on_the_schema_of_later_code(
    consultation: dict[str, str], database_url: str, tmp_path: Path
) -> None:
    with psycopg.connect(database_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'of_later_code'")
    with (
        Process("services.consultation", "web", tmp_path, consultation) as web,
        Process("services.consultation", "migrate", tmp_path, consultation) as migration,
    ):
        assert migration.finish() == 0, migration.log.read_text()
        web.wait_until_ready()


def test_metrics_of_all_workers_stand_on_the_internal_port_only(
    consultation: dict[str, str], tmp_path: Path
) -> None:
    folder = tmp_path / "metrics"
    folder.mkdir()
    (folder / "counter_1.db").write_bytes(b"what an earlier run left")
    environ = {**consultation, "PROMETHEUS_MULTIPROC_DIR": str(folder)}
    with Process("services.consultation", "web", tmp_path, environ) as web:
        web.wait_until_ready()
        assert httpx.get(f"{web.url}/metrics").status_code == 404
        for _ in range(20):
            assert httpx.get(f"{web.url}{CONSULTATIONS}").status_code == 200
        (counted,) = [
            line
            for line in web.internal("/metrics").text.splitlines()
            if line.startswith("maillage_http_request_duration_seconds_count")
            and f'route="{CONSULTATIONS}"' in line
        ]
        assert counted.endswith(" 20.0")
        assert len(list(folder.glob("histogram_*.db"))) >= 1
        assert not (folder / "counter_1.db").exists()


def test_a_request_in_hand_is_finished_when_the_process_is_asked_to_end(
    consultation: dict[str, str], database_url: str, tmp_path: Path
) -> None:
    with (
        Process("services.consultation", "web", tmp_path, consultation) as web,
        psycopg.connect(database_url.replace("+psycopg", "")) as holder,
        ThreadPoolExecutor() as reader,
    ):
        web.wait_until_ready()
        holder.execute("LOCK TABLE consultation IN ACCESS EXCLUSIVE MODE")
        answer = reader.submit(httpx.get, f"{web.url}{CONSULTATIONS}", timeout=30)
        eventually(lambda: waits_for_a_lock(database_url))
        web.process.send_signal(signal.SIGTERM)
        eventually(lambda: any("Handling signal: term" in line["event"] for line in web.lines()))
        holder.commit()
        assert answer.result().status_code == 200
        assert web.finish() == 0


def test_a_worker_that_outlives_its_process_does_not_hold_the_internal_port(
    consultation: dict[str, str], tmp_path: Path
) -> None:
    with Process("services.consultation", "web", tmp_path, consultation) as web:
        web.wait_until_ready()
        process = psutil.Process(web.process.pid)
        # A worker forked only now drops the port in a moment: it must be past that when it is stopped.
        eventually(lambda: [web.internal_port in listening(one) for one in process.children()] == [False] * 2)
        workers = process.children()
        for worker in workers:
            worker.suspend()
        web.process.kill()
        web.process.wait()
        try:
            socket.create_server(("127.0.0.1", web.internal_port)).close()
        finally:
            for worker in workers:
                worker.kill()


def listening(process: psutil.Process) -> set[int]:
    """The ports that it listens on."""
    sockets = process.net_connections("tcp")
    return {one.laddr.port for one in sockets if one.status == psutil.CONN_LISTEN}


def waits_for_a_lock(database: str) -> bool:
    with psycopg.connect(database.replace("+psycopg", "")) as connection:
        waiting = connection.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        return waiting.fetchone() != (0,)


def test_the_first_administrator_is_named_once(broker_url: str, database_url: str, tmp_path: Path) -> None:
    environ = environment(broker_url, database_url, "identity")
    with Process("services.identity", "migrate", tmp_path, environ) as migration:
        assert migration.finish() == 0
    first = at_console(environ, "first-administrator", "anne@maillage.test\n")
    second = at_console(environ, "first-administrator", "paul@maillage.test\n")
    assert first.stderr == "anne@maillage.test administers the coalition.\n"
    assert second.returncode == 1


def at_console(environ: dict[str, str], role: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    """What `python -m services.identity <role>` says to whoever types that."""
    command = [sys.executable, "-m", "services.identity", role]
    return subprocess.run(
        command, env={**os.environ, **environ}, input=typed, capture_output=True, text=True, check=False
    )


def test_what_a_withdrawn_key_signed_is_refused(broker_url: str, database_url: str, tmp_path: Path) -> None:
    environ = environment(broker_url, database_url, "identity")
    with Process("services.identity", "migrate", tmp_path, environ) as migration:
        assert migration.finish() == 0
    with Process("services.identity", "web", tmp_path, environ) as web:
        web.wait_until_ready()
        token = httpx.post(f"{web.url}/api/identity/v1/visitors").json()["token"]
        (key,) = json.loads(at_console(environ, "keys").stdout)
        assert key["state"] == "signing"
        withdrawn = at_console(environ, "withdraw-key", f"{key['kid']}\n")
        (successor,) = json.loads(withdrawn.stdout)
        assert (successor["state"], successor["kid"] != key["kid"]) == ("signing", True), withdrawn.stderr
        asked = {"Authorization": f"Bearer {token}"}
        refused = httpx.get(f"{web.url}/api/identity/v1/me", headers=asked)
        assert (refused.status_code, refused.json()["code"]) == (401, "token.key")
    again = at_console(environ, "withdraw-key", key["kid"])
    assert (again.returncode, again.stderr) == (1, "There is no such key.\n")


def test_a_missing_secret_and_a_misspelt_name_stop_the_process_and_are_named(tmp_path: Path) -> None:
    environ = {"MAILLAGE_PUBLIC_URL": "https://maillage.test", "MAILLAGE_SERVICE_URL": "http://edge"}
    with Process("gateway", "web", tmp_path, environ) as site:
        assert site.finish() == 1
        said = site.log.read_text()
        assert "MAILLAGE_GATEWAY_SECRET is required" in said
        assert "MAILLAGE_SERVICE_URL is not a setting; did you mean MAILLAGE_SERVICES_URL?" in said
        assert "Traceback" not in said


def test_a_role_that_does_not_exist_is_a_usage_error(tmp_path: Path) -> None:
    with Process("gateway", "worker", tmp_path, {}) as site:
        assert site.finish() == 2
        assert "python -m gateway web" in site.log.read_text()
