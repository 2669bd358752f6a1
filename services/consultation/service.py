"""The consultation service as a whole: what its processes are made of."""

from libs.chassis.service import Service
from services.consultation.app import MIGRATIONS, NAME, create_app
from services.consultation.privacy.commands import replay_erasures
from services.consultation.settings import ConsultationSettings
from services.consultation.worker import create_worker

SERVICE = Service(
    name=NAME,
    settings=ConsultationSettings,
    migrations=MIGRATIONS,
    create_app=create_app,
    create_worker=create_worker,
    replay_erasures=replay_erasures,
)
ROLES = SERVICE.roles
