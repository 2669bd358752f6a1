"""The mail that asks the owner of an address whether they want to follow something."""

from __future__ import annotations

from libs.chassis.mail import Mail
from services.notifications.email.letters import render
from services.notifications.follows.models import FollowRequest
from services.notifications.follows.rules import LINK_LIFETIME, TOPICS, USE, TopicKind
from services.notifications.post import Post
from services.notifications.wording import words_in

_SUBJECTS = {"fr": "Confirmez que vous voulez suivre", "en": "Please confirm what you want to follow"}


def compose_confirmation(request: FollowRequest, post: Post, path: str) -> Mail:
    """The mail. Nothing that whoever asked could write is in it: it may go to somebody who asked for nothing."""
    values = {
        "topic": words_in(request.language).say(TOPICS[TopicKind(request.kind)]),
        "look": post.page(path),
        "link": post.confirm_page(post.signer.sign(USE, request.id.bytes)),
        "hours": int(LINK_LIFETIME.total_seconds() // 3600),
    }
    return render(
        "follow",
        request.language,
        to=request.email,
        subject=_SUBJECTS[request.language],
        site=post.site,
        values=values,
        useful_for=LINK_LIFETIME,
    )
