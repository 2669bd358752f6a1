"""The identity service as a whole: what its processes are made of."""

from libs.chassis.service import Service
from services.identity.app import MIGRATIONS, NAME, create_app
from services.identity.settings import IdentitySettings
from services.identity.worker import create_worker

SERVICE = Service(
    name=NAME,
    settings=IdentitySettings,
    migrations=MIGRATIONS,
    create_app=create_app,
    create_worker=create_worker,
)
ROLES = SERVICE.roles
