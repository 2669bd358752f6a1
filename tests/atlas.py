"""Every page of the site, with somebody who may open it: for tests that look at all of them.

A page is named by the endpoint that answers it; the places in its path (`{defi}`) are found through the public API of
the demo that the test runs. `tests/pages/test_atlas.py` fails when a page of the site is missing here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

ReadJson = Callable[[str], Any]
"""Answers the JSON at a path of the site, without signing in."""

NOBODY: Final = ""
CITIZEN: Final = "citoyenne@demo.example"
MODERATOR: Final = "moderateur@demo.example"
COORDINATOR: Final = "coordinatrice@demo.example"
MEASURER: Final = "mesure@demo.example"
FIELD_AGENT: Final = "ebv-vosges@demo.example"


@dataclass(frozen=True, slots=True)
class PageOf:
    """A page: where it is, and who opens it (an address of the demo, or `NOBODY`)."""

    endpoint: str
    path: str
    reader: str = NOBODY

    def at(self, places: Mapping[str, str]) -> str:
        """Its path in this demo."""
        return self.path.format_map(places)


ATLAS: Final = (
    PageOf("home.index", "/"),
    PageOf("voting.start", "/consultations/{slug}"),
    PageOf("results.overview", "/consultations/{slug}/results"),
    PageOf("results.proposals", "/consultations/{slug}/results/proposals"),
    PageOf("proposals.form", "/consultations/{slug}/propose"),
    PageOf("proposals.mine", "/account/proposals", CITIZEN),
    PageOf("sign_in.form", "/sign-in"),
    PageOf("sign_in.link", "/sign-in/link?token=x"),
    PageOf("moderation.consultations", "/moderation", MODERATOR),
    PageOf("moderation.queue", "/moderation/{slug}", MODERATOR),
    PageOf("notices.inbox", "/notices", CITIZEN),
    PageOf("notices.preferences", "/account/notifications", CITIZEN),
    PageOf("notices.ask_to_follow", "/follow/confirm?token=x"),
    PageOf("follows.form", "/follow?topic=commune:88160"),
    PageOf("follows.mine", "/account/follows", CITIZEN),
    PageOf("defi_list.index", "/defis?departement=88"),
    PageOf("place.search", "/ici?q=rouvres"),
    PageOf("place.show", "/ici/88400"),
    PageOf("place.show", "/ici/31555"),
    PageOf("kinds.show", "/kinds/rural"),
    PageOf("causes.show", "/causes/{slug}"),
    PageOf("workshops.show", "/workshops/{workshop}"),
    PageOf("workshops.show", "/workshops/{workshop_held}"),
    PageOf("actions.every", "/actions"),
    PageOf("actions.show", "/actions/{action}"),
    PageOf("measuring.explain", "/actions/measuring", CITIZEN),
    PageOf("measuring.form", "/actions/{action}/indicators/{indicator}/measure", MEASURER),
    PageOf("versions.every", "/consultations/deplacements/results/versions"),
    PageOf("versions.show", "/consultations/deplacements/results/versions/1"),
    PageOf("coordination.index", "/coordination", COORDINATOR),
    PageOf("coordination.new", "/coordination/causes/new", COORDINATOR),
    PageOf("coordination.show", "/coordination/{slug}", COORDINATOR),
    PageOf("coordinated_consultations.new", "/coordination/{slug}/consultations/new", COORDINATOR),
    PageOf("coordinated_consultations.show", "/coordination/{slug}/consultations/{slug}", COORDINATOR),
    PageOf("choosing.choose", "/coordination/{slug}/proposals/workshop?chosen={proposal}", COORDINATOR),
    PageOf("convening.new", "/coordination/{slug}/workshops/new?chosen={proposal}", COORDINATOR),
    PageOf("convening.show", "/coordination/workshops/{workshop}", COORDINATOR),
    PageOf("acting.new", "/coordination/{slug}/actions/new", COORDINATOR),
    PageOf("acting.show", "/coordination/actions/{action}", COORDINATOR),
    PageOf("acting.show", "/coordination/actions/{draft}", COORDINATOR),
    PageOf("legal.show", "/legal/privacy"),
    PageOf("legal.show", "/legal/notice"),
    PageOf("legal.show", "/legal/terms"),
    PageOf("legal.accessibility", "/accessibility"),
    PageOf("api.show", "/docs"),
    PageOf("demo_mail.caught", "/demo/mail"),
    PageOf("components.gallery", "/components"),
)

NOT_PAGES: Final = frozenset({"static.send", "livez", "readyz", "api.download"})
"""Answered by GET, and no page to read."""


def places(read: ReadJson) -> dict[str, str]:
    """What stands in the demo for each place of a path."""
    proposals = read("/api/consultation/v1/consultations/territoires/proposals?limit=1")["items"]
    defis = read("/api/territories/op1/v1/defis?limit=20")["items"]
    found = {"slug": "territoires", "proposal": proposals[0]["id"], "operator": "op1", "defi": defis[0]["id"]}
    return found | _of_the_cause(read)


def _of_the_cause(read: ReadJson) -> dict[str, str]:
    workshops = read("/api/consultation/v1/causes/territoires/workshops")["items"]
    actions = read("/api/consultation/v1/causes/territoires/actions")["items"]
    measured = next(one for one in actions if one["indicators"])
    return {
        "workshop": next(one["id"] for one in workshops if one["state"] == "scheduled"),
        "workshop_held": next(one["id"] for one in workshops if one["state"] == "held"),
        "action": measured["id"],
        "indicator": measured["indicators"][0]["id"],
        "draft": next(one["id"] for one in actions if one["status"] == "draft"),
    }
