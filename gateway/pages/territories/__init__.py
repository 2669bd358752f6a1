"""Where one lives: a commune and what happens there, the défis of a territory on a map, the kinds of territory."""

from flask import Blueprint

BLUEPRINTS: tuple[Blueprint, ...] = ()
