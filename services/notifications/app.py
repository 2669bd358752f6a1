"""The web half of the notifications service."""

from __future__ import annotations

from pathlib import Path

from flask import Flask, Response

from libs.chassis.app import ServiceApp, create_service_app
from libs.chassis.db import Database
from libs.chassis.erasure import refuse_erased
from libs.chassis.tokens import TokenVerifier
from services.notifications.follows.routes import follows
from services.notifications.inbox.routes import inbox
from services.notifications.post import Post
from services.notifications.preferences.routes import preferences
from services.notifications.privacy.routes import privacy
from services.notifications.settings import NotificationsSettings
from services.notifications.unsubscribe.routes import unsubscribe
from services.notifications.wording import TRANSLATIONS

NAME = "notifications"
MIGRATIONS = Path(__file__).parent / "migrations"

BLUEPRINTS = (inbox, preferences, follows, unsubscribe, privacy)


def create_app(settings: NotificationsSettings, database: Database, verifier: TokenVerifier) -> Flask:
    """The Flask app. Opens no connection."""
    app = create_service_app(
        ServiceApp(
            name=NAME,
            title="Maillage, notifications",
            owner=settings.owner,
            database=database,
            verifier=verifier,
            blueprints=BLUEPRINTS,
            translations=TRANSLATIONS,
            extensions={"notifications.post": Post.of(settings)},
        )
    )
    refuse_erased(app, database)
    app.after_request(_keep_out_of_caches)
    return app


def _keep_out_of_caches(response: Response) -> Response:
    """Notices and choices are one person's: nothing for a cache."""
    response.headers.setdefault("Cache-Control", "no-store")
    return response
