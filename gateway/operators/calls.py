"""Calling an operator: four at a time, three seconds each, and not at all while it does not answer.

An operator is somebody else's machine. One that is slow must not hold the threads of everybody's site, so each has a
few places and a circuit of its own, in each process.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock
from typing import Any, Final

from gateway.operators.rules import Circuit
from gateway.services import Json, ServiceProblem, Services, ServiceUnreachable

IN_FLIGHT: Final = 4
PATIENCE_S: Final = 1.0
"""For so long a call waits for a place among those in flight, or for an answer that another call was sent for."""


def address_of(operator: str, path: str) -> str:
    """Where the site finds `path` of an operator's défi service."""
    return f"/api/territories/{operator}/v1{path}"


class Operators:
    """Calls to operators by their code. Safe to share between threads."""

    def __init__(self, services: Services, clock: Callable[[], float] = time.monotonic) -> None:
        """`services` carries the calls; `clock` gives seconds."""
        self._services = services
        self._clock = clock
        self._lock = Lock()
        self._circuits: dict[str, Circuit] = {}
        self._places: dict[str, BoundedSemaphore] = {}

    def call(
        self,
        operator: str,
        method: str,
        path: str,
        *,
        token: str | None = None,
        json: Json | None = None,
        params: Mapping[str, Any] | None = None,
    ) -> Any:
        """What the operator's défi service answered at `path`, below its `/v1`.

        Raises `ServiceProblem`; `ServiceUnreachable` at once while the operator does not answer.
        """
        with self._place(operator), self._circuit(operator):
            return self._services.call(
                method, address_of(operator, path), token=token, json=json, params=params
            )

    @contextmanager
    def _place(self, operator: str) -> Iterator[None]:
        with self._lock:
            places = self._places.setdefault(operator, BoundedSemaphore(IN_FLIGHT))
        if not places.acquire(timeout=PATIENCE_S):
            raise ServiceUnreachable
        try:
            yield
        finally:
            places.release()

    @contextmanager
    def _circuit(self, operator: str) -> Iterator[None]:
        with self._lock:
            circuit, now = self._circuits.get(operator, Circuit()), self._clock()
            if not circuit.lets_through(now):
                raise ServiceUnreachable
            self._circuits[operator] = circuit.trying(now)
        try:
            yield
        except ServiceProblem as problem:
            self._learn(operator, reached=problem.status < 500)
            raise
        self._learn(operator, reached=True)

    def _learn(self, operator: str, *, reached: bool) -> None:
        with self._lock:
            circuit = self._circuits.get(operator, Circuit())
            self._circuits[operator] = circuit.answered() if reached else circuit.failed(self._clock())
