"""What a cause comes to: its workshops and its actions, public; and the desk of its coordinators."""

from flask import Blueprint

BLUEPRINTS: tuple[Blueprint, ...] = ()
