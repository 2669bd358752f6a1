from libs.chassis.migrations import run
from services.consultation.actions import models as _actions  # noqa: F401
from services.consultation.base import Base
from services.consultation.causes import models as _causes  # noqa: F401
from services.consultation.consultations import models as _consultations  # noqa: F401
from services.consultation.observatory import models as _observatory  # noqa: F401
from services.consultation.participants import models as _participants  # noqa: F401
from services.consultation.proposals import models as _proposals  # noqa: F401
from services.consultation.voting import models as _voting  # noqa: F401
from services.consultation.workshops import models as _workshops  # noqa: F401

run(Base.metadata)
