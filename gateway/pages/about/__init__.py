"""What the site says of itself: legal pages, accessibility, the description of its API."""

from gateway.pages.about import api, legal

BLUEPRINTS = (legal.blueprint, api.blueprint)
