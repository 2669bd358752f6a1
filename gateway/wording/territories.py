"""Words for territories."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from gateway.wording.label import Label

KINDS = {
    "rural": Label(_("Rural"), "trees"),
    "pavillonnaire": Label(_("Suburban"), "house"),
    "petite_ville": Label(_("Small town"), "landmark"),
    "metropole": Label(_("Metropolis"), "building-2"),
}
"""The four kinds of territory, in the order to show."""
