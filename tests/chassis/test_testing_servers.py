import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pika
import psycopg
import pytest

from libs.chassis.testing.postgres import TestServer
from libs.chassis.testing.rabbitmq import TestBroker
from libs.chassis.testing.waiting import eventually


def connect(url: str) -> psycopg.Connection:
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)


def test_databases_of_two_tests_share_nothing(postgres: TestServer):
    with postgres.database() as first, postgres.database() as second:
        with connect(first) as connection:
            connection.execute("CREATE TABLE only_here ()")
        with connect(second) as connection:
            assert connection.execute("SELECT to_regclass('only_here')").fetchone() == (None,)


def test_a_template_is_built_once_and_copied_whole(postgres: TestServer):
    built = []

    def build(url: str) -> None:
        built.append(url)
        with connect(url) as connection:
            connection.execute("CREATE TABLE commune AS SELECT 'Crest' AS name")

    for _ in range(2):
        with postgres.database(postgres.template("communes", build)) as url, connect(url) as connection:
            assert connection.execute("SELECT name FROM commune").fetchall() == [("Crest",)]
            connection.execute("DELETE FROM commune")
    assert len(built) == 1


def test_a_database_is_dropped_even_while_a_connection_is_open(postgres: TestServer):
    with postgres.database() as url:
        left_open = connect(url)
    with pytest.raises(psycopg.OperationalError):
        connect(url)
    left_open.close()


def test_the_server_sorts_the_same_on_every_machine(database_url: str):
    with connect(database_url) as connection:
        assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)
        words = connection.execute(
            "SELECT w FROM unnest(ARRAY['été', 'zone', 'Eau']) w ORDER BY w"
        ).fetchall()
    assert words == [("Eau",), ("zone",), ("été",)]


SERVERS = {
    "postgres": "from libs.chassis.testing.postgres import TestServer as Server",
    "rabbitmq": "from libs.chassis.testing.rabbitmq import TestBroker as Server",
}


@pytest.mark.parametrize("kind", SERVERS)
def test_a_killed_test_process_leaves_no_server_behind(kind: str):
    script = (
        f"{SERVERS[kind]}\nimport time\nserver = Server()\nprint(server.folder, flush=True)\ntime.sleep(600)"
    )
    owner = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    folder = owner.stdout.readline().strip()
    started = processes_in(folder)
    owner.send_signal(signal.SIGKILL)
    owner.communicate()

    assert started, "the server runs in its folder"
    eventually(lambda: not processes_in(folder))


def test_a_broker_that_is_stopped_or_killed_keeps_confirmed_messages(rabbitmq: TestBroker, broker_url: str):
    channel = open_channel(broker_url)
    channel.queue_declare("kept", durable=True, arguments={"x-queue-type": "quorum"})
    channel.confirm_delivery()
    for body in (b"one", b"two"):
        channel.basic_publish("", "kept", body, pika.BasicProperties(delivery_mode=2))
    channel.connection.close()

    rabbitmq.stop_app()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", rabbitmq.port))
    rabbitmq.start_app()
    assert take(broker_url) == b"one"

    rabbitmq.kill()
    rabbitmq.start()
    assert take(broker_url) == b"two"


def test_a_blocked_broker_says_so_to_publishers(rabbitmq: TestBroker, broker_url: str):
    connection = pika.BlockingConnection(pika.URLParameters(broker_url))
    said = []
    connection.add_on_connection_blocked_callback(lambda *_: said.append("blocked"))
    connection.add_on_connection_unblocked_callback(lambda *_: said.append("unblocked"))
    rabbitmq.block()
    connection.channel().basic_publish("", "nowhere", b"")
    connection.process_data_events(1)
    rabbitmq.unblock()
    connection.process_data_events(1)
    connection.close()

    assert said == ["blocked", "unblocked"]


def open_channel(url: str) -> pika.adapters.blocking_connection.BlockingChannel:
    return pika.BlockingConnection(pika.URLParameters(url)).channel()


def take(url: str) -> bytes:
    """The next message of the queue `kept`. A quorum queue elects its leader first."""
    found: list[bytes] = []

    def taken() -> bool:
        channel = open_channel(url)
        _, _, body = channel.basic_get("kept", auto_ack=True)
        channel.connection.close()
        found.extend([body] if body is not None else [])
        return bool(found)

    eventually(taken)
    return found[0]


def processes_in(folder: str) -> list[int]:
    """The living processes whose working folder or command line lies in `folder`."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
            if state != "Z" and folder in os.readlink(entry / "cwd") + (entry / "cmdline").read_text():
                found.append(int(entry.name))
        except OSError:
            continue  # gone meanwhile, or another user's
    return found
