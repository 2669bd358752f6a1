from libs.chassis.migrations import run
from services.defis.base import Base
from services.defis.challenges import models as _challenges  # noqa: F401
from services.defis.core_groups import models as _core_groups  # noqa: F401
from services.defis.debates import models as _debates  # noqa: F401
from services.defis.gates import models as _gates  # noqa: F401
from services.defis.meetings import models as _meetings  # noqa: F401
from services.defis.pledges import models as _pledges  # noqa: F401
from services.defis.timeline import models as _timeline  # noqa: F401

run(Base.metadata)
