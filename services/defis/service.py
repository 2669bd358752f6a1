"""The défi service as a whole: what its processes are made of."""

from libs.chassis.service import Service
from services.defis.app import MIGRATIONS, NAME, create_app
from services.defis.privacy.commands import replay_erasures
from services.defis.settings import DefisSettings
from services.defis.worker import create_worker

SERVICE = Service(
    name=NAME,
    settings=DefisSettings,
    migrations=MIGRATIONS,
    create_app=create_app,
    create_worker=create_worker,
    replay_erasures=replay_erasures,
)
ROLES = SERVICE.roles
