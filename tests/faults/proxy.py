"""A small TCP proxy on loopback that is slow, thin, torn or deaf when it is told to be."""

from __future__ import annotations

import socket
import struct
import threading
import time
from contextlib import suppress
from typing import Self

_CHUNK = 64 * 1024
_RESET = struct.pack("ii", 1, 0)  # linger of no seconds: closing sends a reset, not a polite end


class Proxy:
    """Passes bytes on to a port of 127.0.0.1, with the weather that is set; `with` ends it.

    `delay` is seconds before each piece of data is passed on, `chunk` its greatest size in bytes. While `deaf`, new
    connections are accepted and nothing is ever said.
    """

    def __init__(self, target: int) -> None:
        self.target = target
        self.clear()
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def clear(self) -> None:
        """Pass everything on at once."""
        self.delay, self.chunk, self.deaf = 0.0, _CHUNK, False
        self.tear_after: int | None = None

    def tear(self, after: int = 0) -> None:
        """Tear every connection once `after` more bytes have passed, in the middle of whatever is being said."""
        self.tear_after = after
        if not after:
            self._tear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._listener.close()
        self._tear()

    def _accept(self) -> None:
        with suppress(OSError):  # the listener was closed: this is the end
            while True:
                client, _address = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        self._keep(client)
        while self.deaf:
            time.sleep(0.05)
        try:
            server = socket.create_connection(("127.0.0.1", self.target), timeout=5)
        except OSError:
            self._reset(client)
            return
        server.settimeout(None)
        self._keep(server)
        with suppress(OSError):  # torn already: passing on finds out
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=self._pass_on, args=(server, client), daemon=True).start()
        self._pass_on(client, server)

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(self.chunk):
                if self.delay:
                    time.sleep(self.delay)
                sink.sendall(data[: self._before_the_tear(len(data))])
        except OSError:
            pass  # torn: the other end is told below
        for end in (source, sink):
            self._reset(end)

    def _before_the_tear(self, length: int) -> int:
        with self._lock:
            if self.tear_after is None:
                return length
            passed = min(length, self.tear_after)
            self.tear_after -= passed
            if self.tear_after > 0:
                return passed
            self.tear_after = None
        threading.Thread(target=self._tear, daemon=True).start()
        return passed

    def _keep(self, end: socket.socket) -> None:
        with self._lock:
            self._open.add(end)

    def _tear(self) -> None:
        with self._lock:
            ends, self.tear_after = list(self._open), None
        for end in ends:
            self._reset(end)

    def _reset(self, end: socket.socket) -> None:
        with self._lock:
            self._open.discard(end)
        with suppress(OSError):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            end.shutdown(socket.SHUT_RDWR)
        end.close()
