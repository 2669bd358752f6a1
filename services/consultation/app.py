"""The web half of the consultation service."""

from __future__ import annotations

from pathlib import Path

from flask import Flask, Response

from libs.chassis.app import ServiceApp, create_service_app
from libs.chassis.db import Database
from libs.chassis.erasure import refuse_erased
from libs.chassis.fast_lane import FastLane
from libs.chassis.tokens import TokenVerifier
from services.consultation.actions.routes import blueprint as actions
from services.consultation.causes.routes import blueprint as causes
from services.consultation.communes.routes import blueprint as communes
from services.consultation.consultations.routes import blueprint as consultations
from services.consultation.moderation.routes import blueprint as moderation
from services.consultation.observatory.routes import blueprint as observatory
from services.consultation.participants.routes import blueprint as participants
from services.consultation.privacy.routes import blueprint as privacy
from services.consultation.proposals.routes import blueprint as proposals
from services.consultation.results.routes import blueprint as results
from services.consultation.sequences.routes import blueprint as sequences
from services.consultation.settings import ConsultationSettings
from services.consultation.tallies.recent import RecentFigures
from services.consultation.voting.ballot_box import BallotBox
from services.consultation.voting.lane import SoundVotes
from services.consultation.voting.metrics import BatchedVotes
from services.consultation.voting.routes import blueprint as voting
from services.consultation.workshops.routes import blueprint as workshops

NAME = "consultation"
MIGRATIONS = Path(__file__).parent / "migrations"
TRANSLATIONS = Path(__file__).parent / "translations"

OUT_OF_CACHES = {"Cache-Control": "no-store"}
"""Most answers depend on who asks; those that do not are kept here, for seconds (`RecentFigures`)."""

BLUEPRINTS = (
    causes,
    consultations,
    participants,
    proposals,
    moderation,
    voting,
    sequences,
    results,
    workshops,
    actions,
    observatory,
    communes,
    privacy,
)


def create_app(settings: ConsultationSettings, database: Database, verifier: TokenVerifier) -> Flask:
    """The Flask app. Opens no connection."""
    ballots = BallotBox(database)
    app = create_service_app(
        ServiceApp(
            name=NAME,
            title="Maillage, consultation",
            owner=settings.owner,
            database=database,
            verifier=verifier,
            blueprints=BLUEPRINTS,
            translations=TRANSLATIONS,
            extensions={
                "consultation.figures": RecentFigures(settings.figures_kept, database.transaction),
                "consultation.ballots": ballots,
                "consultation.batched_votes": BatchedVotes(NAME, settings.owner),
            },
        )
    )
    refuse_erased(app, database, but=("voting",))
    app.after_request(_keep_out_of_caches)
    lane = FastLane(app, verifier, "voting.cast_vote", SoundVotes(ballots).answer, OUT_OF_CACHES)
    app.wsgi_app = lane  # type: ignore[method-assign]
    return app


def _keep_out_of_caches(response: Response) -> Response:
    for name, value in OUT_OF_CACHES.items():
        response.headers.setdefault(name, value)
    return response
