"""A défi and all that people do in it: launching, joining, pledging, meeting, asking for a gate; and field agents."""

from gateway.pages.defis import accompaniment, debates, gates, meetings, page, scheduling

BLUEPRINTS = (
    page.blueprint,
    meetings.blueprint,
    scheduling.blueprint,
    debates.blueprint,
    gates.blueprint,
    accompaniment.blueprint,
)
