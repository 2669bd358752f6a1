"""What the command line may do here that nobody may over HTTP, each within the session it is given."""

from __future__ import annotations

from services.notifications.privacy.commands import erase_address, erase_person

__all__ = ["erase_address", "erase_person"]
