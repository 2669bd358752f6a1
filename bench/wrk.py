"""Requests in numbers: `wrk`, and what it says of a turn."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_SAY = """
function done(summary, latency, requests)
  local failed = summary.errors
  local bad = failed.connect + failed.read + failed.write + failed.status
  io.write(string.format("turn: %f %d %d %d\\n",
    summary.requests / summary.duration * 1e6, latency:percentile(95), latency:percentile(99), bad))
end
"""


_IN_TURN = """
local paths, next = {{{}}}, 0
function request()
  next = next % #paths + 1
  return wrk.format(nil, paths[next])
end
"""


def in_turn(paths: Sequence[str]) -> str:
    """The script that asks for each of these paths, one after the other, over and over."""
    return _IN_TURN.format(", ".join(json.dumps(path) for path in paths))


@dataclass(frozen=True, slots=True)
class Turn:
    """Requests a second, and the time within which 95 and 99 of a hundred were answered, in milliseconds."""

    rate: float
    p95: float
    p99: float


def turn(address: str, script: Path, *arguments: object, connections: int, seconds: int) -> Turn:
    """Ask for as long as said over so many connections. Ends the bench if any request was not answered well.

    `script` is Lua, with wrk's `request` where one address is not enough; it is given the `arguments`.
    """
    if shutil.which("wrk") is None:
        raise SystemExit("make bench needs wrk: apt-get install wrk")
    saying = script.with_suffix(".said.lua")
    saying.write_text(script.read_text() + _SAY)
    command = ["wrk", "--threads", str(min(2, connections)), "--connections", str(connections)]
    command += ["--duration", f"{seconds}s", "--script", str(saying), address, "--", *map(str, arguments)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"turn: ([\d.]+) (\d+) (\d+) (\d+)", told)
    if found is None or found[4] != "0":
        raise SystemExit(f"requests of {address} failed:\n{told}")
    return Turn(float(found[1]), int(found[2]) / 1e3, int(found[3]) / 1e3)
