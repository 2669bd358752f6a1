"""What Prometheus is told of an operator's défis, counted in the database."""

from libs.chassis.figures import Figure

FIGURES = (
    Figure(
        name="maillage_defis",
        help="Défis, by state and stage.",
        labels=("state", "stage"),
        sql="SELECT state, stage, count(*) FROM defi GROUP BY state, stage",
    ),
)
