"""Where the pages of this operator's défis stand, for links that leave the service."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Site:
    """The site as people see it. `public_url` has no slash at its end."""

    public_url: str
    owner: str

    @property
    def domain(self) -> str:
        """Its host."""
        return urlsplit(self.public_url).hostname or "localhost"

    def page_of(self, defi_id: UUID) -> str:
        """The address of a défi's page."""
        return f"{self.public_url.rstrip('/')}/defis/{self.owner}/{defi_id}"
