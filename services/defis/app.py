"""The web half of one operator's défi service. Several may share a process: nothing here knows which."""

from __future__ import annotations

from pathlib import Path

from flask import Flask, Response

from libs.chassis.app import ServiceApp, create_service_app
from libs.chassis.db import Database
from libs.chassis.erasure import refuse_erased
from libs.chassis.tokens import TokenVerifier
from services.defis.accompaniment.routes import blueprint as accompaniment
from services.defis.challenges.routes import blueprint as challenges
from services.defis.core_groups.routes import blueprint as core_groups
from services.defis.debates.routes import blueprint as debates
from services.defis.gates.routes import blueprint as gates
from services.defis.meetings.routes import blueprint as meetings
from services.defis.overview.routes import blueprint as overview
from services.defis.pledges.routes import blueprint as pledges
from services.defis.privacy.routes import blueprint as privacy
from services.defis.settings import DefisSettings
from services.defis.site import Site
from services.defis.summaries.routes import blueprint as summaries
from services.defis.timeline.routes import blueprint as timeline

NAME = "defis"
MIGRATIONS = Path(__file__).parent / "migrations"
TRANSLATIONS = Path(__file__).parent / "translations"

BLUEPRINTS = (
    challenges,
    core_groups,
    meetings,
    debates,
    pledges,
    gates,
    timeline,
    overview,
    summaries,
    accompaniment,
    privacy,
)


def prefix_of(owner: str) -> str:
    """The path under which an operator's défis are reached, and no other way."""
    return f"/api/territories/{owner}"


def create_app(settings: DefisSettings, database: Database, verifier: TokenVerifier) -> Flask:
    """The Flask app of `settings.owner`. Opens no connection."""
    app = create_service_app(
        ServiceApp(
            name=NAME,
            title=f"Maillage, défis ({settings.owner})",
            owner=settings.owner,
            prefix=prefix_of(settings.owner),
            database=database,
            verifier=verifier,
            blueprints=BLUEPRINTS,
            translations=TRANSLATIONS,
            extensions={
                "defis.settings": settings,
                "defis.site": Site(settings.public_url, settings.owner),
            },
        )
    )
    refuse_erased(app, database)
    app.after_request(_keep_out_of_caches)
    return app


def _keep_out_of_caches(response: Response) -> Response:
    """Most answers depend on who asks: one kept for the wrong reader would show what is not theirs."""
    response.headers.setdefault("Cache-Control", "no-store")
    return response
