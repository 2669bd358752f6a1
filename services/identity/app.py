"""The web half of the identity service."""

from __future__ import annotations

from pathlib import Path

from flask import Flask, Response

from libs.chassis.app import ServiceApp, create_service_app
from libs.chassis.db import Database
from libs.chassis.erasure_log import ErasureLog
from libs.chassis.tokens import TokenVerifier
from services.identity.keys.commands import KeyRing
from services.identity.keys.routes import well_known
from services.identity.keys.signer import Signer
from services.identity.operators.routes import operators
from services.identity.organisations.routes import organisations
from services.identity.people.routes import people
from services.identity.privacy.routes import privacy
from services.identity.roles.routes import roles
from services.identity.sessions.routes import sessions
from services.identity.settings import IdentitySettings
from services.identity.sign_in.letters import Post
from services.identity.sign_in.routes import sign_in
from services.identity.territories.routes import territories
from services.identity.vault import Vault
from services.identity.visitors.routes import visitors

NAME = "identity"
MIGRATIONS = Path(__file__).parent / "migrations"
TRANSLATIONS = Path(__file__).parent / "translations"

BLUEPRINTS = (
    well_known,
    visitors,
    sign_in,
    sessions,
    people,
    roles,
    organisations,
    operators,
    territories,
    privacy,
)


def create_app(settings: IdentitySettings, database: Database, verifier: TokenVerifier) -> Flask:
    """The Flask app. Opens no connection."""
    vault = Vault(settings.secret)
    signer = Signer(database, KeyRing(issuer=settings.issuer, vault=vault, policy=settings.key_policy))
    app = create_service_app(
        ServiceApp(
            name=NAME,
            title="Maillage, identity",
            owner=settings.owner,
            database=database,
            verifier=verifier,
            blueprints=BLUEPRINTS,
            translations=TRANSLATIONS,
            checks={"signing_key": signer.check},
            extensions={
                "identity.settings": settings,
                "identity.vault": vault,
                "identity.signer": signer,
                "identity.erasure_log": ErasureLog(settings.erasure_log),
                "identity.post": Post(sender=settings.mail_from, public_url=settings.public_url),
            },
        )
    )
    app.after_request(_keep_out_of_caches)
    return app


def _keep_out_of_caches(response: Response) -> Response:
    """Tokens and people are nothing for a cache; a route whose answer is may say so itself."""
    response.headers.setdefault("Cache-Control", "no-store")
    return response
