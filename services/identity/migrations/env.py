from libs.chassis.migrations import run
from services.identity.base import Base
from services.identity.keys import models as _keys  # noqa: F401
from services.identity.operators import models as _operators  # noqa: F401
from services.identity.organisations import models as _organisations  # noqa: F401
from services.identity.people import models as _people  # noqa: F401
from services.identity.privacy import models as _privacy  # noqa: F401
from services.identity.roles import models as _roles  # noqa: F401
from services.identity.sessions import models as _sessions  # noqa: F401
from services.identity.sign_in import models as _sign_in  # noqa: F401
from services.identity.territories import models as _territories  # noqa: F401

run(Base.metadata)
