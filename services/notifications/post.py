"""Whose mail it is, and the addresses that its links lead to."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from services.notifications.settings import NotificationsSettings
from services.notifications.signatures import Signer
from services.notifications.unsubscribe.rules import USE, Link, encode

UNSUBSCRIBE = "/api/notifications/v1/unsubscribe"
UNSUBSCRIBE_PAGE = "/unsubscribe"
CONFIRM_PAGE = "/follow/confirm"
INBOX_PAGE = "/notices"
PREFERENCES_PAGE = "/account/notifications"


@dataclass(frozen=True, slots=True)
class Post:
    """`sender` is the From address, `site` the site's address without a slash at its end."""

    sender: str
    site: str
    signer: Signer

    @classmethod
    def of(cls, settings: NotificationsSettings) -> Post:
        """The post of a service."""
        return cls(settings.mail_from, settings.public_url.rstrip("/"), Signer(settings.secret))

    def page(self, path: str) -> str:
        """The whole address of a path of the site."""
        return f"{self.site}{path}"

    def unsubscribe_token(self, link: Link) -> str:
        """What an unsubscribe link carries."""
        return self.signer.sign(USE, encode(link))

    def unsubscribe_page(self, token: str) -> str:
        """The page that says what a link stops, with a button that does it."""
        return self.page(f"{UNSUBSCRIBE_PAGE}?{urlencode({'token': token})}")

    def unsubscribe_at_once(self, token: str) -> str:
        """The address to which a mail client posts without its reader opening anything (RFC 8058)."""
        return self.page(f"{UNSUBSCRIBE}/{token}")

    def confirm_page(self, token: str) -> str:
        """The page with the button that confirms a follow."""
        return self.page(f"{CONFIRM_PAGE}?{urlencode({'token': token})}")
