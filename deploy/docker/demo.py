"""The demo in containers: `python -m deploy.docker.demo load` fills the databases, `mail` catches every mail."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

from deploy.local.demo.load import load
from deploy.local.mail import catch
from deploy.local.refusals import Refused
from libs.chassis.server import WebSettings

MAIL_PORT = 2525
MAIL_FOLDER = Path("/mail")


def main() -> None:
    """Do what the only argument says. Exits with 1 when it refuses, with 2 when it was called wrongly."""
    match sys.argv[1:]:
        case ["load"]:
            try:
                load(_without_web(os.environ), lambda text: print(text, file=sys.stderr, flush=True))  # noqa: T201
            except Refused as refusal:
                sys.exit(str(refusal))
        case ["mail"]:
            with socket.create_server(("0.0.0.0", MAIL_PORT)) as listener:  # noqa: S104 - in a container
                asyncio.run(catch(listener, MAIL_FOLDER))
        case _:
            sys.stderr.write("usage: python -m deploy.docker.demo load | mail\n")
            sys.exit(2)


def _without_web(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment without what the image says to web processes, which this one is not."""
    web = {field.metadata["variable"] for field in fields(WebSettings)}
    return {name: value for name, value in environ.items() if name not in web}


if __name__ == "__main__":
    main()
