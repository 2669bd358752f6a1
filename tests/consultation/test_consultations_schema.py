"""The migrations make exactly the tables that the models describe."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from libs.chassis import schema
from libs.chassis.db import Database
from services.consultation.actions import models as _actions  # noqa: F401
from services.consultation.base import Base
from services.consultation.causes import models as _causes  # noqa: F401
from services.consultation.consultations import models as _consultations  # noqa: F401
from services.consultation.observatory import models as _observatory  # noqa: F401
from services.consultation.participants import models as _participants  # noqa: F401
from services.consultation.proposals import models as _proposals  # noqa: F401
from services.consultation.results import models as _results  # noqa: F401
from services.consultation.voting import models as _voting  # noqa: F401
from services.consultation.workshops import models as _workshops  # noqa: F401

TABLES = [s for s in (*schema.SCHEMA_1, *schema.SCHEMA_2) if "CREATE TABLE" in s]
CHASSIS = {"alembic_version", *(s.split()[2] for s in TABLES)}


def test_the_migrations_make_what_the_models_say(database: Database) -> None:
    def ours(_object: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
        return not (kind == "table" and name in CHASSIS)

    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_object": ours, "target_metadata": Base.metadata}
        )
        assert compare_metadata(context, Base.metadata) == []
