"""A private RabbitMQ node for one test process: Debian's binaries, its own ports, its own epmd.

`rabbitmqctl` takes a second and a half to say anything; `erl_call`, a C program of the same Erlang, speaks to the node
in milliseconds. So a test can have a virtual host of its own, and stop, block or kill the broker at little cost.
"""

import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from libs.chassis.children import dies_with_parent, free_port
from libs.chassis.testing.folders import make_server_folder

SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
READY_WITHIN = 60.0  # seconds, on a busy machine
CONFIGURATION = """\
loopback_users.guest = true
disk_free_limit.absolute = 1MB
log.console = false
log.file.level = info
collect_statistics_interval = 60000
"""


class BrokerFailed(RuntimeError):
    """The broker did not start or refused an order."""


class TestBroker:
    """One node; `with broker.vhost() as url` gives an empty virtual host."""

    __test__ = False

    def __init__(self) -> None:
        self.folder = make_server_folder()
        self.port, self._dist_port, self._epmd_port = free_port(), free_port(), free_port()
        self.node = f"maillage-test-{os.getpid()}@localhost"
        self._epmd: subprocess.Popen[bytes] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._made = 0
        (self.folder / "rabbitmq.conf").write_text(CONFIGURATION)
        (self.folder / "enabled_plugins").write_text("[].\n")
        (self.folder / "rabbitmq-env.conf").touch()
        self._cookie = secrets.token_hex(16)
        cookie = self.folder / ".erlang.cookie"
        cookie.write_text(self._cookie)
        cookie.chmod(0o400)
        try:
            self._start_epmd()
            self.start()
        except BaseException:
            self.close()
            raise

    # -- addresses and virtual hosts ---------------------------------------------------------------

    def url(self, vhost: str = "%2F") -> str:
        """The AMQP address of a virtual host of this node."""
        return f"amqp://guest:guest@127.0.0.1:{self.port}/{vhost}"

    def create_vhost(self) -> str:
        """Make an empty virtual host and return its address."""
        self._made += 1
        name = f"test-{self._made}"
        grant = f'<<"guest">>, <<"{name}">>, <<".*">>, <<".*">>, <<".*">>, <<"test">>'
        self.evaluate(
            f'rabbit_vhost:add(<<"{name}">>, <<"test">>), rabbit_auth_backend_internal:set_permissions({grant})'
        )
        return self.url(name)

    def delete_vhost(self, url: str) -> None:
        """Remove a virtual host with all its queues; its connections are closed."""
        self.evaluate(f'rabbit_vhost:delete(<<"{url.rpartition("/")[2]}">>, <<"test">>)')

    @contextmanager
    def vhost(self) -> Iterator[str]:
        """An empty virtual host for the length of a `with` block."""
        url = self.create_vhost()
        try:
            yield url
        finally:
            self.delete_vhost(url)

    # -- weather -----------------------------------------------------------------------------------

    def stop_app(self) -> None:
        """Stop the broker in good order within its running node: clients are disconnected and refused."""
        self.evaluate("rabbit:stop()")

    def start_app(self) -> None:
        """Start the broker again after `stop_app`; durable queues and their messages are there."""
        self.evaluate("rabbit:start()")

    def block(self) -> None:
        """Raise the memory alarm: publishers are blocked, consumers go on."""
        self.evaluate("vm_memory_monitor:set_vm_memory_high_watermark(0.00001)")
        self._until("rabbit_alarm:get_alarms()", lambda answer: answer != "[]")

    def unblock(self) -> None:
        """End the memory alarm."""
        self.evaluate("vm_memory_monitor:set_vm_memory_high_watermark(0.4)")
        self._until("rabbit_alarm:get_alarms()", lambda answer: answer == "[]")

    def sync(self) -> None:
        """Have it write down what it was told to declare. It does so by itself within two seconds; killed before, it
        would not know its newest queues any more, nor what was in them."""
        self.evaluate("mnesia:sync_log()")

    def kill(self) -> None:
        """End the node as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def running(self) -> bool:
        """Whether the node's process is alive."""
        return self._process is not None and self._process.poll() is None

    # -- life --------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the node, for the first time or after `kill`, and return when it accepts connections."""
        with (self.folder / "console.log").open("ab") as log:
            self._process = subprocess.Popen(
                [SERVER],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment(),
                cwd=self.folder,
                preexec_fn=dies_with_parent(signal.SIGKILL),
                start_new_session=True,
            )
        # Asked to stop while it still boots, the node would refuse to start again: wait for the end of the boot.
        self._until(
            "{whereis(rabbit_boot), rabbit_boot_state:get()}", lambda answer: answer == "{undefined, ready}"
        )

    def close(self) -> None:
        """End the node and its epmd at once and remove their folder."""
        self.kill()
        if self._epmd is not None:
            self._epmd.kill()
            self._epmd.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def evaluate(self, expression: str) -> str:
        """Evaluate an Erlang expression in the node and return the printed term, such as `ok`.

        Raises `BrokerFailed` when the node cannot be reached or the expression fails.
        """
        answer = subprocess.run(
            ["erl_call", "-sname", self.node, "-c", self._cookie, "-e"],
            input=expression + ".\n",
            capture_output=True,
            text=True,
            check=False,
            env=self._environment(),
            timeout=60,
        )
        output = answer.stdout.strip()
        if answer.returncode != 0 or not output.startswith("{ok, "):
            raise BrokerFailed(f"{expression}: {output or answer.stderr.strip()}")
        return output.removeprefix("{ok, ").removesuffix("}")

    def _until(self, expression: str, satisfied: Callable[[str], bool]) -> None:
        deadline = time.monotonic() + READY_WITHIN
        answer = "no answer"
        while time.monotonic() < deadline:
            try:
                answer = self.evaluate(expression)
                if satisfied(answer):
                    return
            except BrokerFailed as failure:
                answer = str(failure)
            if self._process is None or self._process.poll() is not None:
                break
            time.sleep(0.05)
        console = (self.folder / "console.log").read_text(errors="replace")
        raise BrokerFailed(f"RabbitMQ did not come to {expression}: {answer}\n{console[-2000:]}")

    def _start_epmd(self) -> None:
        # Its own name server, as a child: one started by Erlang itself would be a daemon that outlives the tests.
        self._epmd = subprocess.Popen(
            ["epmd"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=self._environment(),
            preexec_fn=dies_with_parent(signal.SIGKILL),
            start_new_session=True,
        )

    def _environment(self) -> dict[str, str]:
        folder = str(self.folder)
        return {
            "PATH": f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin",
            "HOME": folder,
            "LANG": "C.UTF-8",
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(self._epmd_port),
            "RABBITMQ_NODENAME": self.node,
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self._dist_port),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1} -start_epmd false",
            "RABBITMQ_CONF_ENV_FILE": f"{folder}/rabbitmq-env.conf",
            "RABBITMQ_CONFIG_FILE": f"{folder}/rabbitmq.conf",
            "RABBITMQ_ADVANCED_CONFIG_FILE": f"{folder}/advanced.config",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{folder}/enabled_plugins",
            "RABBITMQ_MNESIA_BASE": f"{folder}/mnesia",
            "RABBITMQ_LOG_BASE": f"{folder}/log",
            "RABBITMQ_PID_FILE": f"{folder}/pid",
            # Makes the launcher become the Erlang machine instead of a shell that waits for it.
            "RUNNING_UNDER_SYSTEMD": "true",
        }
