"""A défi and all that people do in it: launching, joining, pledging, meeting, asking for a gate; and field agents."""

from gateway.pages.defis import (
    accompaniment,
    debates,
    gates,
    invitations,
    meetings,
    page,
    people,
    pledges,
    scheduling,
)

BLUEPRINTS = (
    page.blueprint,
    people.blueprint,
    invitations.blueprint,
    pledges.blueprint,
    meetings.blueprint,
    scheduling.blueprint,
    debates.blueprint,
    gates.blueprint,
    accompaniment.blueprint,
)
