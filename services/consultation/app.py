"""The web half of the consultation service."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from libs.chassis.app import ServiceApp, create_service_app
from libs.chassis.db import Database
from libs.chassis.tokens import TokenVerifier
from libs.chassis.web import Blueprint
from services.consultation.moderation.routes import blueprint as moderation
from services.consultation.proposals.routes import blueprint as proposals
from services.consultation.settings import ConsultationSettings

NAME = "consultation"
MIGRATIONS = Path(__file__).parent / "migrations"
TRANSLATIONS = Path(__file__).parent / "translations"

BLUEPRINTS: tuple[Blueprint, ...] = (proposals, moderation)


def create_app(settings: ConsultationSettings, database: Database, verifier: TokenVerifier) -> Flask:
    """The Flask app. Opens no connection."""
    return create_service_app(
        ServiceApp(
            name=NAME,
            title="Maillage, consultation",
            owner=settings.owner,
            database=database,
            verifier=verifier,
            blueprints=BLUEPRINTS,
            translations=TRANSLATIONS,
        )
    )
