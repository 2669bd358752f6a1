"""What a cause comes to: its workshops, actions and results, public; and the desk of its coordinators."""

from gateway.pages.causes import actions, cause, coordination, measuring, versions, workshops

BLUEPRINTS = (
    cause.blueprint,
    workshops.blueprint,
    actions.blueprint,
    measuring.blueprint,
    versions.blueprint,
    *coordination.BLUEPRINTS,
)
