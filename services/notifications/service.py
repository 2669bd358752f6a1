"""The notifications service as a whole: what its processes are made of."""

from libs.chassis.service import Service
from services.notifications.app import MIGRATIONS, NAME, create_app
from services.notifications.privacy.commands import replay_erasures
from services.notifications.settings import NotificationsSettings
from services.notifications.worker import create_worker

SERVICE = Service(
    name=NAME,
    settings=NotificationsSettings,
    migrations=MIGRATIONS,
    create_app=create_app,
    create_worker=create_worker,
    replay_erasures=replay_erasures,
)
ROLES = SERVICE.roles
