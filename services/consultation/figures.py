"""What Prometheus is told of consultations and votes, counted in the database."""

from libs.chassis.figures import Figure

# PostgreSQL counts rows as they are written: a vote costs nothing more, and no scrape reads the votes.
_WRITTEN = "SELECT {} FROM pg_stat_user_tables WHERE relname = 'vote' AND schemaname = current_schema()"

FIGURES = (
    Figure(
        name="maillage_votes_cast_total",
        help="First votes written since PostgreSQL's statistics began.",
        sql=_WRITTEN.format("n_tup_ins"),
        kind="counter",
    ),
    Figure(
        name="maillage_votes_changed_total",
        help="Votes changed, or their qualifiers, since PostgreSQL's statistics began.",
        sql=_WRITTEN.format("n_tup_upd"),
        kind="counter",
    ),
    Figure(
        name="maillage_consultations_open",
        help="Consultations that take votes now.",
        sql="""
            SELECT count(*) FROM consultation
            WHERE opens_at <= now() AND now() < closes_at AND archived_at IS NULL
        """,
    ),
    Figure(
        name="maillage_consultations_unopened",
        help="Consultations whose time has come and whose opening nobody was told of, or that lack what opening takes.",
        sql="""
            SELECT count(*) FROM consultation
            WHERE opens_at <= now() AND now() < closes_at AND archived_at IS NULL AND cause_id IS NOT NULL
                AND (NOT opening_recorded OR governance IS NULL)
        """,
    ),
)
