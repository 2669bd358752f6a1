"""A service as a whole, and what its three kinds of process do. `process.py` starts one of them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import structlog
from flask import Flask
from sqlalchemy.orm import Session

from libs.chassis.bus import Bus
from libs.chassis.db import Database
from libs.chassis.erasure_log import ErasureLog
from libs.chassis.figures import expose_figures, watch_pool
from libs.chassis.health import serve_internal
from libs.chassis.keys import KeyStore
from libs.chassis.logs import configure_logs
from libs.chassis.migrations import SchemaBehind, check_schema, upgrade
from libs.chassis.process import Role
from libs.chassis.rabbitmq import RabbitBus
from libs.chassis.read_only import refuse_writes, rest
from libs.chassis.server import Server, WebSettings, answers_itself
from libs.chassis.settings import SettingsError, read_settings
from libs.chassis.tokens import TokenVerifier
from libs.chassis.worker import Worker, declare_mailboxes, run_workers, stop_on_signals, wait_for

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Service:
    """What is particular to one service: its name, its settings, its revisions, its two halves."""

    name: str
    settings: type[Any]
    migrations: Path
    create_app: Callable[[Any, Database, TokenVerifier], Flask]
    create_worker: Callable[[Any, Database, Bus], Worker]
    replay_erasures: Callable[[Session, ErasureLog, datetime], int]

    @property
    def roles(self) -> Mapping[str, Role]:
        """The kinds of process that it runs as."""
        return {
            "web": self.run_web,
            "worker": self.run_worker,
            "migrate": self.run_migrations,
            "replay-erasures": self.run_replay,
        }

    def app(self, its: Any, client: httpx.Client, *, pool_size: int) -> Flask:
        """Its web half under the settings `its`; `client` is how it asks the issuer for keys. Opens no connection."""
        database = Database(its.database_url, service=self.name, owner=its.owner, pool_size=pool_size)
        # The issuer itself finds its keys in its own database, and asks nobody.
        keys = KeyStore(database, {its.issuer: its.jwks_url} if hasattr(its, "jwks_url") else {}, client)
        verifier = TokenVerifier(keys, issuers=frozenset({its.issuer}), audience=its.owner)
        watch_pool(database)
        app = self.create_app(its, database, verifier)
        if its.read_only:
            refuse_writes(app)
        app.extensions["maillage.checks"]["schema"] = lambda: check_schema(database, self.migrations)
        return app

    def worker(self, its: Any, bus: Bus) -> Worker:
        """Its worker half under the settings `its`. Opens no connection."""
        return self.create_worker(its, Database(its.database_url, service=self.name, owner=its.owner), bus)

    def run_web(self, environ: Mapping[str, str]) -> None:
        """Answer requests until SIGTERM. Runs whether or not the database answers; `/readyz` says which."""
        its, web = read_settings(environ, self.settings, WebSettings)
        configure_logs(f"{its.owner}-{self.name}-web")
        app = self.app(its, httpx.Client(), pool_size=web.threads)
        Server(web, app, {"web": answers_itself(web)}).run()

    def run_worker(self, environ: Mapping[str, str]) -> None:
        """Relay, consume, retry, run jobs and send mail until SIGTERM; finish what is in hand."""
        its, _web = read_settings(environ, self.settings, WebSettings)
        configure_logs(f"{its.owner}-{self.name}-worker")
        stop = stop_on_signals()
        worker = self.worker(its, RabbitBus(its.bus_url))
        checks = {**worker.checks(), "schema": lambda: check_schema(worker.database, self.migrations)}
        expose_figures([worker])
        server = serve_internal(its.internal_address, checks)
        if its.read_only:
            rest(stop)
        else:
            wait_for("the database", checks["schema"], stop)
            declare_mailboxes([worker], stop)
            run_workers([worker], stop)
        server.shutdown()

    def run_migrations(self, environ: Mapping[str, str]) -> None:
        """Bring the database to the newest revision once it answers, and end. A newer one is left alone."""
        its, _web = read_settings(environ, self.settings, WebSettings)
        configure_logs(f"{its.owner}-{self.name}-migrate")
        stop = stop_on_signals()
        database = Database(its.database_url, service=self.name, owner=its.owner)
        wait_for("the database", database.ping, stop)
        if stop.is_set():
            return
        try:
            check_schema(database, self.migrations)
            log.info("the schema is up to date")
        except SchemaBehind as behind:
            log.info("migrating", reason=str(behind))
            upgrade(its.database_url, self.migrations)
            log.info("migrated")
        finally:
            database.close()

    def run_replay(self, environ: Mapping[str, str]) -> None:
        """After its database was restored: erase again whom the erasure log names. Prints how many as JSON."""
        its, _web = read_settings(environ, self.settings, WebSettings)
        if its.erasure_log is None:
            raise SettingsError("MAILLAGE_ERASURE_LOG is required: the folder in which erasures were noted")
        database = Database(its.database_url, service=self.name, owner=its.owner)
        try:
            with database.transaction() as session:
                count = self.replay_erasures(session, ErasureLog(its.erasure_log), datetime.now(UTC))
        finally:
            database.close()
        sys.stdout.write(f'{{"erased_again": {count}}}\n')
