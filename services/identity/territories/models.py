"""The tables of territories.

Rows are never deleted: others keep their codes. `vintage` is the last year whose geography lists the row; one that is
older than the loaded edition's is history, and lists leave it out. Keys that are compared by code point say so, since
production databases may sort otherwise.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.identity.base import Base

CODE_POINTS = Text(collation="C")


class TerritoryEdition(Base):
    """Which territories are loaded; the table has one row or none. `grid` is the density grid applied, if any."""

    __tablename__ = "territory_edition"
    __table_args__ = (CheckConstraint("single", name="single"),)

    single: Mapped[bool] = mapped_column(primary_key=True, default=True)
    vintage: Mapped[int]
    edition: Mapped[str]
    notes: Mapped[str]
    grid: Mapped[str | None]
    loaded_at: Mapped[datetime]


class Region(Base):
    """A région."""

    __tablename__ = "region"
    __table_args__ = (Index("ix_region_sort_key", "sort_key", "code"),)

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    sort_key: Mapped[str] = mapped_column(CODE_POINTS)
    vintage: Mapped[int]


class Departement(Base):
    """A département."""

    __tablename__ = "departement"
    __table_args__ = (Index("ix_departement_sort_key", "sort_key", "code"),)

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    sort_key: Mapped[str] = mapped_column(CODE_POINTS)
    vintage: Mapped[int]

    region: Mapped[Region] = relationship(lazy="joined", innerjoin=True)


class Epci(Base):
    """A grouping of communes. `population` and `largest`, a commune's code, are from the list of EPCI itself."""

    __tablename__ = "epci"
    __table_args__ = (Index("ix_epci_sort_key", "sort_key", "code"),)

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    nature: Mapped[str]
    population: Mapped[int]
    largest: Mapped[str]
    sort_key: Mapped[str] = mapped_column(CODE_POINTS)
    vintage: Mapped[int]


class Commune(Base):
    """A commune. `density` is its level in the grid by label; `kind` is None when it is « non classée »."""

    __tablename__ = "commune"
    __table_args__ = (
        CheckConstraint("kind IN ('rural', 'pavillonnaire', 'petite_ville', 'metropole')", name="kind"),
        Index("ix_commune_departement_code_sort_key_code", "departement_code", "sort_key", "code"),
        Index("ix_commune_epci_code_sort_key_code", "epci_code", "sort_key", "code"),
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    departement_code: Mapped[str] = mapped_column(ForeignKey("departement.code"))
    epci_code: Mapped[str | None] = mapped_column(ForeignKey("epci.code"))
    population: Mapped[int | None]
    postal_codes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    density: Mapped[str | None]
    kind: Mapped[str | None]
    kind_source: Mapped[str]
    sort_key: Mapped[str] = mapped_column(CODE_POINTS)
    vintage: Mapped[int]

    departement: Mapped[Departement] = relationship(lazy="joined", innerjoin=True)
    epci: Mapped[Epci | None] = relationship(lazy="joined")


class CommuneName(Base):
    """A key under which a commune is found; see `names.keys_of_name`. `whole` where the key is the whole name.

    `population` repeats the commune's, so that the best of many matches are known before any commune is read.
    """

    __tablename__ = "commune_name"
    __table_args__ = (Index("ix_commune_name_commune_code", "commune_code"),)

    key: Mapped[str] = mapped_column(CODE_POINTS, primary_key=True)
    commune_code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    status: Mapped[str]
    whole: Mapped[bool]
    population: Mapped[int]


class PostalCode(Base):
    """A postal code of a commune."""

    __tablename__ = "postal_code"

    code: Mapped[str] = mapped_column(CODE_POINTS, primary_key=True)
    commune_code: Mapped[str] = mapped_column(primary_key=True)


class FormerCode(Base):
    """A code that stood for a place which is now part of a commune."""

    __tablename__ = "former_code"

    code: Mapped[str] = mapped_column(primary_key=True)
    commune_code: Mapped[str] = mapped_column(ForeignKey("commune.code"))
