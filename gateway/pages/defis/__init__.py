"""A défi and all that people do in it: launching, joining, pledging, meeting, asking for a gate; and field agents."""

from flask import Blueprint

BLUEPRINTS: tuple[Blueprint, ...] = ()
