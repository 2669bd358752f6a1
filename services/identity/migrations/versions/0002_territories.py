"""Régions, départements, EPCI, communes; how communes are found; which edition of them is loaded.

The rows come from the file that the project ships (`territories/commands.py`), not from here: a new vintage is no new
schema. The tables used for searching are written anew with every edition.
"""

from alembic import op

revision = "0002"
down_revision = "0001"

STATEMENTS = (
    """
    CREATE TABLE territory_edition (
        single boolean CONSTRAINT pk_territory_edition PRIMARY KEY
            CONSTRAINT ck_territory_edition_single CHECK (single),
        vintage integer NOT NULL,
        edition text NOT NULL,
        notes text NOT NULL,
        grid text,
        loaded_at timestamptz NOT NULL
    )
    """,
    """
    CREATE TABLE region (
        code text CONSTRAINT pk_region PRIMARY KEY,
        name text NOT NULL,
        sort_key text COLLATE "C" NOT NULL,
        vintage integer NOT NULL
    )
    """,
    "CREATE INDEX ix_region_sort_key ON region (sort_key, code)",
    """
    CREATE TABLE departement (
        code text CONSTRAINT pk_departement PRIMARY KEY,
        name text NOT NULL,
        region_code text NOT NULL CONSTRAINT fk_departement_region_code_region REFERENCES region (code),
        sort_key text COLLATE "C" NOT NULL,
        vintage integer NOT NULL
    )
    """,
    "CREATE INDEX ix_departement_sort_key ON departement (sort_key, code)",
    """
    CREATE TABLE epci (
        code text CONSTRAINT pk_epci PRIMARY KEY,
        name text NOT NULL,
        nature text NOT NULL,
        population integer NOT NULL,
        largest text NOT NULL,
        sort_key text COLLATE "C" NOT NULL,
        vintage integer NOT NULL
    )
    """,
    "CREATE INDEX ix_epci_sort_key ON epci (sort_key, code)",
    """
    CREATE TABLE commune (
        code text CONSTRAINT pk_commune PRIMARY KEY,
        name text NOT NULL,
        departement_code text NOT NULL CONSTRAINT fk_commune_departement_code_departement
            REFERENCES departement (code),
        epci_code text CONSTRAINT fk_commune_epci_code_epci REFERENCES epci (code),
        population integer,
        postal_codes text[] NOT NULL,
        density text,
        kind text CONSTRAINT ck_commune_kind CHECK (kind IN ('rural', 'pavillonnaire', 'petite_ville', 'metropole')),
        kind_source text NOT NULL,
        sort_key text COLLATE "C" NOT NULL,
        vintage integer NOT NULL
    )
    """,
    "CREATE INDEX ix_commune_departement_code_sort_key_code ON commune (departement_code, sort_key, code)",
    "CREATE INDEX ix_commune_epci_code_sort_key_code ON commune (epci_code, sort_key, code)",
    # No foreign keys from the next two: they are written whole from the communes' own records, and checking 100,000
    # rows would take longer than writing them.
    """
    CREATE TABLE commune_name (
        key text COLLATE "C" NOT NULL,
        commune_code text NOT NULL,
        name text NOT NULL,
        status text NOT NULL,
        whole boolean NOT NULL,
        population integer NOT NULL,
        CONSTRAINT pk_commune_name PRIMARY KEY (key, commune_code, name)
    )
    """,
    "CREATE INDEX ix_commune_name_commune_code ON commune_name (commune_code)",
    """
    CREATE TABLE postal_code (
        code text COLLATE "C" NOT NULL,
        commune_code text NOT NULL,
        CONSTRAINT pk_postal_code PRIMARY KEY (code, commune_code)
    )
    """,
    """
    CREATE TABLE former_code (
        code text CONSTRAINT pk_former_code PRIMARY KEY,
        commune_code text NOT NULL CONSTRAINT fk_former_code_commune_code_commune REFERENCES commune (code)
    )
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
