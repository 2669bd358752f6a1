"""Where one lives: a commune and what happens there, the défis of a territory on a map, the kinds of territory."""

from gateway.pages.territories import defi_list, kinds, place

BLUEPRINTS = (defi_list.blueprint, place.blueprint, kinds.blueprint)
