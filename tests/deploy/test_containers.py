"""What docker-compose is given: secrets drawn once, accounts that the broker takes, locks that agree, known names."""

from __future__ import annotations

import ast
import dataclasses
import importlib.metadata
import json
import os
import re
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import kombu
import pytest
from amqp.exceptions import AccessRefused

from deploy.docker import environment
from deploy.rabbitmq import topology
from gateway.edge.settings import EdgeSettings
from gateway.settings import GatewaySettings
from libs.chassis.rabbitmq import RabbitBus, RabbitPublisher
from libs.chassis.server import WebSettings
from libs.chassis.testing.rabbitmq import TestBroker
from services.consultation.settings import ConsultationSettings
from services.defis.settings import DefisSettings
from services.identity.settings import IdentitySettings
from services.notifications.settings import NotificationsSettings

CHECKOUT = Path(__file__).parents[2]
COMPOSE = (CHECKOUT / "docker-compose.yml").read_text()
SETTINGS = (
    ConsultationSettings,
    DefisSettings,
    EdgeSettings,
    GatewaySettings,
    IdentitySettings,
    NotificationsSettings,
    WebSettings,
)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "deploy/rabbitmq/definitions").mkdir(parents=True)
    return tmp_path


def test_secrets_are_drawn_once_and_only_their_owner_reads_them(checkout: Path) -> None:
    environment.main(checkout, {})
    first = environment.read(checkout / ".env")
    assert stat.S_IMODE((checkout / ".env").stat().st_mode) == 0o600
    drawn = [first[name] for name in environment.SECRETS]
    assert len(set(drawn)) == len(drawn)
    assert all(len(secret) >= 40 for secret in drawn)
    environment.main(checkout, {"PUBLIC_URL": "https://elsewhere.example"})
    assert environment.read(checkout / ".env") == first


def test_rabbitmq_reads_its_accounts_whatever_the_shell_keeps_to_itself(checkout: Path) -> None:
    before = os.umask(0o077)
    try:
        environment.main(checkout, {})
    finally:
        os.umask(before)
    accounts = checkout / "deploy/rabbitmq/definitions/20-accounts.json"
    assert stat.S_IMODE(accounts.stat().st_mode) == 0o644
    assert stat.S_IMODE((checkout / ".env").stat().st_mode) == 0o600


def test_what_is_missing_is_added_and_what_was_chosen_is_kept(checkout: Path) -> None:
    (checkout / ".env").write_text("SMTP_URL=smtps://user:word@mail.example:465\n")
    environment.main(checkout, {"PUBLIC_URL": "https://maillage.example"})
    told = environment.read(checkout / ".env")
    assert told["SMTP_URL"] == "smtps://user:word@mail.example:465"
    assert (told["PUBLIC_URL"], told["SECURE_COOKIES"]) == ("https://maillage.example", "true")


def test_a_secret_whose_line_was_emptied_is_drawn_anew_and_no_other(checkout: Path) -> None:
    environment.main(checkout, {})
    before = environment.read(checkout / ".env")
    told = (checkout / ".env").read_text().replace(before["IDENTITY_BUS_PASSWORD"], "")
    (checkout / ".env").write_text(told)
    environment.main(checkout, {})
    after = environment.read(checkout / ".env")
    assert len(after["IDENTITY_BUS_PASSWORD"]) >= 40
    assert {name for name in after if after[name] != before[name]} == {"IDENTITY_BUS_PASSWORD"}


def test_a_demo_that_was_asked_for_once_stays_one(checkout: Path) -> None:
    environment.main(checkout, {"COMPOSE_PROFILES": "demo"})
    environment.main(checkout, {})
    told = environment.read(checkout / ".env")
    assert (told["COMPOSE_PROFILES"], told["DEMO_MAIL"], told["OP1_TERRITORIES"]) == ("demo", "/mail", "88")
    assert environment.complete({}, {})["DEMO_MAIL"] == ""


def test_what_is_asked_for_too_late_is_not_passed_over_in_silence(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.main(checkout, {"PROMETHEUS_PORT": "9091"})
    assert environment.read(checkout / ".env")["PROMETHEUS_PORT"] == "9091"
    assert "stays" not in capsys.readouterr().out
    environment.main(checkout, {"COMPOSE_PROFILES": "demo", "EDGE_PORT": "8080", "PROMETHEUS_PORT": "9092"})
    assert capsys.readouterr().out.splitlines()[1:] == [
        "COMPOSE_PROFILES stays empty, as in .env: change it there.",
        "PROMETHEUS_PORT stays 9091, as in .env: change it there.",
    ]


def test_everything_that_compose_asks_for_is_written_and_nothing_secret_has_a_default() -> None:
    asked = set(re.findall(r"\$\{(\w+)", COMPOSE))
    optional = set(re.findall(r"\$\{(\w+):-", COMPOSE))
    assert asked - optional <= set(environment.complete({}, {}))
    assert optional.isdisjoint(environment.SECRETS)
    assert set(environment.SECRETS) <= asked


def test_every_setting_that_compose_names_exists() -> None:
    declared = {field.metadata["variable"] for cls in SETTINGS for field in dataclasses.fields(cls)}
    declared |= {"MAILLAGE_OPERATORS", "MAILLAGE_DEFIS_OP1_DATABASE_URL", "MAILLAGE_DEFIS_OP2_DATABASE_URL"}
    assert set(re.findall(r"\bMAILLAGE_\w+", COMPOSE)) <= declared


def test_no_service_is_published_beyond_this_machine() -> None:
    ports = re.findall(r'- "(\S+):\d+"\n', COMPOSE)
    assert len(ports) == 2
    assert all(port.startswith("127.0.0.1:${") for port in ports)


@pytest.mark.parametrize("service", ["identity", "consultation", "notifications", "defis", "gateway"])
def test_the_lock_of_a_service_holds_what_runs_everywhere_and_no_more(service: str) -> None:
    own, all_of_them = pins(service), pins("run")
    assert own <= all_of_them
    assert not any(pin.startswith("aiosmtpd") for pin in own)
    assert any(pin.startswith("flask-wtf") for pin in own) == (service == "gateway")


@pytest.mark.parametrize("service", ["identity", "consultation", "notifications", "defis", "gateway"])
def test_the_image_of_a_service_holds_all_that_it_imports(service: str) -> None:
    folder = CHECKOUT / ("gateway" if service == "gateway" else f"services/{service}")
    imported = {
        name.partition(".")[0]
        for path in (*folder.rglob("*.py"), *(CHECKOUT / "libs").rglob("*.py"))
        if "testing" not in path.parts and path.name != "embedded_postgres.py"
        for node in ast.walk(ast.parse(path.read_text()))
        for name in _names(node)
    }
    own = {"libs", "services", "gateway", *sys.stdlib_module_names}
    distributions = importlib.metadata.packages_distributions()
    locked = {pin.partition("==")[0] for pin in pins(service)}
    missing = {
        name
        for name in imported - own
        if locked.isdisjoint(distribution.lower().replace("_", "-") for distribution in distributions[name])
    }
    assert missing == set()


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module else []


def pins(lock: str) -> set[str]:
    text = (CHECKOUT / "requirements" / f"{lock}.txt").read_text()
    return set(re.findall(r"^([a-z0-9-]+==\S+)", text, re.MULTILINE))


def test_the_topology_is_that_of_the_consumers() -> None:
    assert topology.FILE.read_text() == topology.as_text(), "run: make docs"


@pytest.fixture
def broker(rabbitmq: TestBroker, checkout: Path) -> Iterator[dict[str, str]]:
    """The address of each account on a broker that has loaded what ours loads."""
    environment.main(checkout, {})
    told = environment.read(checkout / ".env")
    folder = rabbitmq.folder / "definitions"
    folder.mkdir(exist_ok=True)
    (folder / "10-topology.json").write_text(topology.as_text())
    (folder / "20-accounts.json").write_text(json.dumps(environment.accounts(told)))
    rabbitmq.evaluate(f'ok = rabbit_definitions:maybe_load_definitions_from(true, "{folder}"), ok')
    yield {
        name: f"amqp://{name}:{told[f'{name.upper()}_BUS_PASSWORD']}@127.0.0.1:{rabbitmq.port}/{topology.VHOST}"
        for name in (*environment.SERVICES, *environment.OPERATORS)
    }
    rabbitmq.evaluate(f'rabbit_vhost:delete(<<"{topology.VHOST}">>, <<"test">>)')


def test_queues_are_there_before_anybody_listened_and_workers_find_them_as_they_want_them(
    broker: dict[str, str],
) -> None:
    for name, consumers in topology.MAILBOXES.items():
        if not consumers:
            continue
        service = name.rpartition(".")[2]
        with kombu.Connection(broker[service]) as connection:
            found = connection.default_channel.queue_declare(name, passive=True)
            assert (found.message_count, found.consumer_count) == (0, 0)
        RabbitBus(broker[service]).declare(Box(name, tuple(c.binding for c in consumers)))


def test_an_account_speaks_and_listens_for_itself_and_for_nobody_else(broker: dict[str, str]) -> None:
    own = Box("op1.defis", ("coalition.identity.keys_rotated.v1",))
    RabbitBus(broker["op1"]).declare(own)
    RabbitPublisher(broker["op1"]).close()
    with kombu.Connection(broker["op1"]) as connection, pytest.raises(AccessRefused):
        connection.default_channel.basic_get("coalition.consultation")
    with kombu.Connection(broker["op1"]) as connection:
        told = connection.Producer(connection.default_channel)
        told.publish("{}", exchange="bus", routing_key="op1.defis.closed.v1")
        connection.default_channel.queue_declare("op1.defis", passive=True)
        told.publish("{}", exchange="bus", routing_key="coalition.identity.keys_rotated.v1")
        with pytest.raises(AccessRefused):
            connection.default_channel.queue_declare("op1.defis", passive=True)
    with (
        kombu.Connection(broker["op1"].replace("//op1:", "//op2:")) as stranger,
        pytest.raises(AccessRefused),
    ):
        stranger.connect()


@dataclasses.dataclass(frozen=True)
class Box:
    """A mailbox that receives nothing."""

    name: str
    bindings: tuple[str, ...]

    def receive(self, bodies: object, keys: object = None) -> list[bool]:
        raise AssertionError(bodies)
