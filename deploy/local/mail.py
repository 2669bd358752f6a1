"""The mail catcher: a mail server on this machine that keeps every mail in a Maildir and sends none on."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from mailbox import Maildir, MaildirMessage
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session


class Catcher:
    """Keeps what arrives, as it arrived, in a Maildir."""

    def __init__(self, folder: Path) -> None:
        for part in ("tmp", "new", "cur"):  # Maildir makes them only where the folder itself is missing
            (folder / part).mkdir(parents=True, exist_ok=True)
        self._box = Maildir(folder)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Store one mail; the answer tells the sender that it is kept."""
        content = envelope.content or b""
        self._box.add(MaildirMessage(content if isinstance(content, bytes) else content.encode()))
        return "250 kept"


async def catch(listener: socket.socket, folder: Path) -> None:
    """Receive mails on `listener` until SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    catcher = Catcher(folder)
    server = await loop.create_server(lambda: SMTP(catcher, hostname="localhost"), sock=listener)
    async with server:
        await stop.wait()


def main() -> None:
    """Run with two arguments: the descriptor of the listening socket, and the Maildir."""
    descriptor, folder = sys.argv[1:]
    asyncio.run(catch(socket.socket(fileno=int(descriptor)), Path(folder)))


if __name__ == "__main__":
    main()
