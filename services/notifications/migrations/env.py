from libs.chassis.migrations import run
from services.notifications.base import Base
from services.notifications.digests import models as _digests  # noqa: F401
from services.notifications.email import models as _email  # noqa: F401
from services.notifications.follows import models as _follows  # noqa: F401
from services.notifications.inbox import models as _inbox  # noqa: F401
from services.notifications.people import models as _people  # noqa: F401
from services.notifications.preferences import models as _preferences  # noqa: F401
from services.notifications.roles import models as _roles  # noqa: F401

run(Base.metadata)
