"""What Prometheus is told of erasures, counted in the database."""

from libs.chassis.figures import Figure

FIGURES = (
    Figure(
        name="maillage_erasures_awaited",
        help="Erasures that a service of an owner has not declared, by whether its month has passed.",
        labels=("of", "by", "late"),
        sql="""
            SELECT part.owner, part.service, CASE WHEN erasure.due_at < now() THEN 'yes' ELSE 'no' END, count(*)
            FROM erasure_part AS part JOIN erasure ON erasure.id = part.erasure_id
            WHERE part.declared_at IS NULL GROUP BY 1, 2, 3
        """,
    ),
)
