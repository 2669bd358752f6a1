"""Reading what is the same for everybody: the one way to it, so that it is kept for those only who may be given it.

A reader whom services can tell from others, signed in or having taken part, may have just changed what they look at:
they are always answered anew. For all others the route table says which reads are shared.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import cast

from flask import current_app
from flask_babel import get_locale

from gateway import session
from gateway.clients.identity import services
from gateway.edge.routes import is_shared
from gateway.services import Json
from gateway.shared_reads import SharedReads


def read(path: str, params: Json, token: str | None = None) -> Json:
    """What a service of the coalition answers at `path`, with the reader's `token` where it asks for one.

    Parameters that are None or empty are left out. Raises `ServiceProblem`.
    """
    given = {name: value for name, value in params.items() if value not in (None, "")}
    own = token if session.is_known() else None  # what is shared is never asked in anybody's name
    return once_for_all(path, given, lambda: services().call("GET", path, token=own, params=given))


def once_for_all(path: str, given: Json, ask: Callable[[], Json], patience: float | None = None) -> Json:
    """What `ask` is told at `path` with the parameters `given`; kept, where that is shared by readers like this one.

    Raises what `ask` raises; `TimeoutError` when somebody else's asking takes longer than `patience` seconds.
    """
    if session.is_known() or not is_shared(path):
        return ask()
    shared = cast(SharedReads, current_app.extensions["maillage.shared_reads"])
    key = (str(get_locale()), path, tuple(sorted((name, str(value)) for name, value in given.items())))
    return cast(Json, json.loads(shared.get(key, lambda: json.dumps(ask()).encode(), patience)))
