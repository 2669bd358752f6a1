"""Every page of the site, with somebody who may open it: for tests that look at all of them.

A page is named by the endpoint that answers it. What stands in the places of its path (`{defi}`) is found in the demo
that the test runs, through its API; the little that a demo has not (a draft, an invitation, an erased account) is made
there. `tests/pages/test_atlas.py` fails when a page of the site is missing here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

NOBODY: Final = ""
CITIZEN: Final = "citoyenne@demo.example"
PORTEUR: Final = "lucie@demo.example"
MODERATOR: Final = "moderateur@demo.example"
COORDINATOR: Final = "coordinatrice@demo.example"
MEASURER: Final = "mesure@demo.example"
FIELD_AGENT: Final = "ebv-vosges@demo.example"


class Ask(Protocol):
    """Calls the API for somebody (`NOBODY` without a token), at the coalition or at an operator; answers its JSON."""

    def __call__(
        self, who: str, method: str, path: str, body: Any = None, *, owner: str = "coalition"
    ) -> Any:
        """Ask, and fail on a refusal."""


@dataclass(frozen=True, slots=True)
class PageOf:
    """A page: where it is, and who opens it (an address of the demo, or `NOBODY`)."""

    endpoint: str
    path: str
    reader: str = NOBODY

    def at(self, places: Mapping[str, str]) -> str:
        """Its path in this demo."""
        return self.path.format_map(places)


_DEFI = "/defis/op1/{defi}"
_DRAFT = "/defis/op1/{draft}"
_COORDINATION = "/coordination/territoires"

ATLAS: Final = (
    PageOf("home.index", "/"),
    PageOf("voting.start", "/consultations/territoires"),
    PageOf("voting.card", "/consultations/territoires/cards/{accepted}", CITIZEN),
    PageOf("voting.ask_withdrawal", "/consultations/territoires/consent/withdrawal", CITIZEN),
    PageOf("results.overview", "/consultations/territoires/results"),
    PageOf("results.every_proposal", "/consultations/territoires/results/proposals"),
    PageOf("versions.every", "/consultations/deplacements/results/versions"),
    PageOf("versions.show", "/consultations/deplacements/results/versions/1"),
    PageOf("proposals.form", "/consultations/territoires/propose"),
    PageOf("proposals.similar", "/consultations/territoires/propose/similar?text=un caf%C3%A9 participatif"),
    PageOf("proposals.mine", "/account/proposals", CITIZEN),
    PageOf("sign_in.form", "/sign-in"),
    PageOf("sign_in.link", "/sign-in/link?token=x"),
    PageOf("moderation.consultations", "/moderation", MODERATOR),
    PageOf("moderation.queue", "/moderation/territoires", MODERATOR),
    PageOf("moderation.read", "/moderation/territoires/{pending}", MODERATOR),
    PageOf("notices.inbox", "/notices", CITIZEN),
    PageOf("notices.preferences", "/account/notifications", CITIZEN),
    PageOf("notices.ask_to_follow", "/follow/confirm?token=x"),
    PageOf("follows.form", "/follow?topic=commune:88160"),
    PageOf("follows.mine", "/account/follows", CITIZEN),
    PageOf("place.search", "/ici?q=epinal"),
    PageOf("place.show", "/ici/88400"),
    PageOf("place.show", "/ici/75056", CITIZEN),
    PageOf("kinds.show", "/kinds/rural"),
    PageOf("defi_list.index", "/defis"),
    PageOf("defis.show", _DEFI),
    PageOf("defis.show", _DEFI, PORTEUR),
    PageOf("defis.timeline", f"{_DEFI}/timeline"),
    PageOf("defi_people.show", f"{_DEFI}/people", PORTEUR),
    PageOf("defi_people.join", f"{_DEFI}/join", MODERATOR),
    PageOf("pledges.show", f"{_DEFI}/pledges", PORTEUR),
    PageOf("pledges.form", f"{_DEFI}/pledges/offer", CITIZEN),
    PageOf("invitations.show", f"{_DEFI}/invitation?secret={{secret}}", MODERATOR),
    PageOf("gates.show", f"{_DEFI}/gate", PORTEUR),
    PageOf("meetings.listed", f"{_DEFI}/meetings", PORTEUR),
    PageOf("meetings.show", f"{_DEFI}/meetings/{{meeting}}", PORTEUR),
    PageOf("meetings.show", f"{_DEFI}/meetings/{{held}}"),
    PageOf("meetings.people", f"{_DEFI}/meetings/{{meeting}}/people", PORTEUR),
    PageOf("scheduling.announce", f"{_DEFI}/meetings/new", PORTEUR),
    PageOf("scheduling.edit", f"{_DEFI}/meetings/{{meeting}}/edit", PORTEUR),
    PageOf("scheduling.ask_to_cancel", f"{_DEFI}/meetings/{{meeting}}/cancel", PORTEUR),
    PageOf("scheduling.ask_to_report", f"{_DEFI}/meetings/{{held}}/report", PORTEUR),
    PageOf("launch.where", "/defis/launch?q=epinal"),
    PageOf("launch.where", "/defis/launch?commune=88160", PORTEUR),
    PageOf("drafting.describe", f"{_DRAFT}/edit", PORTEUR),
    PageOf("drafting.stand", f"{_DRAFT}/edit/start", PORTEUR),
    PageOf("drafting.review", f"{_DRAFT}/review", PORTEUR),
    PageOf("my_defis.show", "/account/defis", PORTEUR),
    PageOf("accompaniment.desk", "/accompaniment", FIELD_AGENT),
    PageOf("causes.show", "/causes/territoires"),
    PageOf("workshops.show", "/workshops/{workshop}", CITIZEN),
    PageOf("actions.every", "/actions"),
    PageOf("actions.show", "/actions/{action}"),
    PageOf("measuring.explain", "/actions/measuring", MEASURER),
    PageOf("measuring.form", "/actions/{action}/indicators/{indicator}/measure", MEASURER),
    PageOf("coordination.index", "/coordination", COORDINATOR),
    PageOf("coordination.new", "/coordination/causes/new", COORDINATOR),
    PageOf("coordination.show", _COORDINATION, COORDINATOR),
    PageOf("coordinated_consultations.new", f"{_COORDINATION}/consultations/new", COORDINATOR),
    PageOf("coordinated_consultations.show", f"{_COORDINATION}/consultations/deplacements", COORDINATOR),
    PageOf("choosing.choose", f"{_COORDINATION}/proposals/workshop", COORDINATOR),
    PageOf("convening.new", f"{_COORDINATION}/workshops/new?proposals={{accepted}}", COORDINATOR),
    PageOf("convening.show", "/coordination/workshops/{workshop}", COORDINATOR),
    PageOf("acting.new", f"{_COORDINATION}/actions/new", COORDINATOR),
    PageOf("acting.show", "/coordination/actions/{action}", COORDINATOR),
    PageOf("account.show", "/account", CITIZEN),
    PageOf("account.held", "/account/data", CITIZEN),
    PageOf("erasure.ask", "/account/erasure", CITIZEN),
    PageOf("erasure.show", "/erasure/{receipt}"),
    PageOf("legal.show", "/legal/privacy"),
    PageOf("legal.show", "/legal/notice"),
    PageOf("legal.show", "/legal/terms"),
    PageOf("legal.accessibility", "/accessibility"),
    PageOf("api.show", "/docs"),
    PageOf("components.gallery", "/components"),
)

NOT_PAGES: Final = frozenset({"static.send", "livez", "readyz", "api.download", "account.take_away"})
"""Answered by GET, and no page to read."""

IN_PASSING: Final = {
    "demo_mail.caught": "only where mails are caught",
    "sign_in.code": "only while a sign-in waits for its code",
    "notices.ask_to_stop": "behind a link that only a mail has",
}
"""Pages that one cannot go to, and why; other tests pass through them."""


def places(ask: Ask) -> dict[str, str]:
    """What stands in the demo for each place of a path."""
    return _of_consultations(ask) | _of_defis(ask) | {"receipt": _erase_somebody(ask)}


def _of_consultations(ask: Ask) -> dict[str, str]:
    base = "/api/consultation/v1"
    asked = f"{base}/consultations/territoires"
    ask(CITIZEN, "POST", f"{asked}/consent", {"version": ask(NOBODY, "GET", f"{asked}/consent")["version"]})
    proposal = {"text": "Il faut ouvrir les préaux des écoles le samedi.", "language": "fr"}
    ask(CITIZEN, "POST", f"{asked}/proposals", proposal)
    action = _first(
        one for one in ask(NOBODY, "GET", f"{base}/causes/territoires/actions")["items"] if one["indicators"]
    )
    return {
        "accepted": ask(NOBODY, "GET", f"{asked}/proposals?limit=1")["items"][0]["id"],
        "pending": ask(MODERATOR, "POST", f"{asked}/moderation/next")["proposal"]["id"],
        "workshop": ask(NOBODY, "GET", f"{base}/causes/territoires/workshops")["items"][0]["id"],
        "action": action["id"],
        "indicator": action["indicators"][0]["id"],
    }


def _of_defis(ask: Ask) -> dict[str, str]:
    base = "/api/territories/op1/v1"
    mine = ask(PORTEUR, "GET", f"{base}/me/defis", owner="op1")["items"]
    defi = _first(one["id"] for one in mine if one["role"] == "porteur" and one["state"] == "published")
    meetings = ask(NOBODY, "GET", f"{base}/defis/{defi}/meetings", owner="op1")["items"]
    fields = {"problem": "Les haies disparaissent.", "commune": {"code": "88160", "name": "Épinal"}}
    invitation = ask(PORTEUR, "POST", f"{base}/defis/{defi}/invitations", {"role": "member"}, owner="op1")
    return {
        "defi": defi,
        "meeting": _first(one["id"] for one in meetings if one["state"] == "scheduled"),
        "held": _first(one["id"] for one in meetings if one["state"] == "held"),
        "draft": ask(PORTEUR, "POST", f"{base}/defis", fields, owner="op1")["id"],
        "secret": invitation["secret"],
    }


def _erase_somebody(ask: Ask) -> str:
    """The receipt of an account made and erased."""
    email = "passage@demo.example"
    erased = ask(email, "POST", "/api/identity/v1/me/erasure", {"email": email})
    return str(erased["receipt"])


def _first(found: Iterable[Any]) -> Any:
    return next(iter(found))
