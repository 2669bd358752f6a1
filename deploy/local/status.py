"""What runs on this machine, and in which state."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import psycopg

from deploy.local import migrations
from deploy.local.entrance import answers
from deploy.local.folder import DataFolder
from deploy.local.instances import Instance, instances_in

PATIENCE_S = 3
"""For so long a database may take to accept a connection."""
_WAITING = {"outbox": "SELECT count(*) FROM outbox", "mail": "SELECT count(*) FROM mail"}
_INBOX = "SELECT status, count(*) FROM inbox WHERE status IN ('waiting', 'dead') GROUP BY status"


def describe(folder: DataFolder, environ: Mapping[str, str]) -> dict[str, Any]:
    """Everything worth knowing, as JSON: what runs, the databases' versions, and what waits in them."""
    holder = folder.holder()
    running = holder is not None and bool(holder.url)
    return {
        "version": version("maillage"),
        "data": str(folder),
        "running": running,
        "url": holder.url if holder and running else None,
        "process": holder.pid if holder and running else None,
        "since": holder.since if holder and running else None,
        "ready": {
            "web": answers(f"{holder.url}/readyz"),
            "worker": answers(f"http://{holder.internal['worker']}/readyz"),
        }
        if holder and running
        else {},
        "internal": holder.internal if holder and running else {},
        "services": {
            instance.name: _database(instance, environ[instance.database_variable])
            for instance in instances_in(environ)
        },
    }


def _database(instance: Instance, url: str) -> dict[str, Any]:
    """The version of a service's database and how many rows wait in it, or that it is out of reach."""
    try:
        return {"reachable": True, **_contents(instance, url)}
    except psycopg.OperationalError:
        return {"reachable": False, "current": False, "revision": None}


def _contents(instance: Instance, url: str) -> dict[str, Any]:
    with psycopg.connect(url, connect_timeout=PATIENCE_S) as connection:
        found: dict[str, Any] = {
            "postgresql": connection.info.parameter_status("server_version"),
            "current": migrations.is_newest(instance, url),
        }
        known = connection.execute("SELECT to_regclass('alembic_version')::text").fetchone()
        if known == (None,):
            return {**found, "revision": None}
        revision = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        found["revision"] = revision[0] if revision else None
        for name, query in _WAITING.items():
            row = connection.execute(query).fetchone()
            found[name] = row[0] if row else 0
        found["inbox"] = {"waiting": 0, "dead": 0} | dict(connection.execute(_INBOX).fetchall())
    return found


def in_words(found: Mapping[str, Any]) -> str:
    """The same for a person."""
    lines = [f"Maillage {found['version']}, data in {found['data']}"]
    if found["running"]:
        lines.append(f"Running at {found['url']} (process {found['process']}, since {found['since']})")
        lines += [f"  {name}: {'ready' if ready else 'not ready'}" for name, ready in found["ready"].items()]
    else:
        lines.append("Not running")
    for name, service in found["services"].items():
        if not service["reachable"]:
            lines.append(f"{name}: its database does not answer")
            continue
        state = "at its newest version" if service["current"] else "to be migrated (maillage migrate)"
        lines.append(f"{name}: database {service['revision'] or 'empty'}, {state}")
        if service["revision"]:
            inbox = service["inbox"]
            lines.append(
                f"  waiting: {service['outbox']} events to send, {inbox['waiting']} received, "
                f"{service['mail']} mails; {inbox['dead']} dead"
            )
    return "\n".join(lines)
