"""Words for the parts that people play in a demo."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

PARTS = {
    "citizen": _("votes, proposes, carries a défi"),
    "moderator": _("decides on proposals"),
    "coordinator": _("coordinates the cause"),
    "administrator": _("administers the coalition"),
    "measurer": _("measures the actions"),
    "ebv": _("accompanies défis"),
    "operator_staff": _("works for the operator"),
    "porteur": _("carries a défi"),
}
"""What whoever plays each part does, after their name."""
