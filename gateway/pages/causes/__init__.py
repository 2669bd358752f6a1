"""What a cause comes to: its workshops and its actions, public; and the desk of its coordinators."""

from gateway.pages.causes import actions, cause, workshops

BLUEPRINTS = (cause.blueprint, workshops.blueprint, actions.blueprint)
