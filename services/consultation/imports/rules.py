"""What an export of Pol.is becomes here, and when importing it again is the same import."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from libs.chassis.errors import Conflict, FieldError, Invalid, Sentence
from libs.chassis.messages import N_
from services.consultation.imports.polis import PolisExport

SOURCE: Final = "polis"
LICENCE: Final = "CC BY 4.0"
ATTRIBUTION: Final = (
    "Data was gathered using the Polis software (compdemocracy.org/polis) and is sub-licensed under CC BY 4.0 with"
    " Attribution to The Computational Democracy Project."
)
UNKNOWN_LANGUAGE: Final = "und"
"""ISO 639's own code for a language that is not stated: an export does not say what its statements are written in."""

REFUSED_BECAUSE: Final = "other"
"""The reason of a refusal that was decided elsewhere, where no reason is kept."""

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CHOICES = {"agree": "1", "disagree": "-1", "neutral": "0"}


def check_slug(slug: str) -> None:
    """Raise `Invalid` unless it can stand in an address."""
    if not _SLUG.fullmatch(slug):
        raise Invalid(
            "import.slug",
            N_("A slug is made of lower-case letters, digits and hyphens, at most 80."),
            errors=(FieldError("slug", Sentence(N_("This cannot stand in an address."))),),
        )


def digest_of(export: PolisExport) -> str:
    """SHA-256 of what an export says, in hexadecimal: the order of rows in its files makes no difference."""
    digest = hashlib.sha256()
    for part in _parts(export):
        digest.update(part.encode())
    return digest.hexdigest()


def check_same(slug: str, provenance: dict[str, Any] | None, digest: str) -> None:
    """Raise `Conflict` unless the consultation that stands at `slug` is this very import."""
    if provenance is None or provenance.get("source") != SOURCE:
        raise Conflict(
            "import.slug_taken",
            N_("There is a consultation “{slug}” already, and it is no import."),
            slug=slug,
        )
    if provenance.get("digest") != digest:
        raise Conflict(
            "import.other_content",
            N_("Another export was imported as “{slug}”. Nothing was changed; choose another slug."),
            slug=slug,
        )


def slug_taken(slug: str) -> Conflict:
    """The refusal to import over a consultation that people took part in here."""
    return Conflict(
        "import.slug_taken", N_("There is a consultation “{slug}” already, and it is no import."), slug=slug
    )


def provenance_of(export: PolisExport, digest: str, now: datetime) -> dict[str, Any]:
    """Where the consultation comes from, with the attribution that travels with its data."""
    return {
        "source": SOURCE,
        "url": export.url,
        "licence": LICENCE,
        "attribution": ATTRIBUTION,
        "digest": digest,
        "imported_at": now.isoformat(),
    }


def dates_of(export: PolisExport, now: datetime) -> tuple[datetime, datetime]:
    """When the conversation went on: from its first statement or vote to just after its last.

    An export without any time happened at some time before the import. A conversation that is still going on, or a
    clock that was wrong, does not make the import an open consultation: it ends now at the latest.
    """
    times = [comment.submitted_at for comment in export.comments if comment.submitted_at is not None]
    voted = [vote.at_ms for vote in export.votes if vote.at_ms is not None]
    if voted:
        times += [at(min(voted)), at(max(voted))]
    closes = min(max(times, default=now), now - timedelta(seconds=1)) + timedelta(seconds=1)
    return min(min(times, default=closes), closes - timedelta(seconds=1)), closes


def at(ms: int) -> datetime:
    """A Unix time in milliseconds."""
    return _EPOCH + timedelta(milliseconds=ms)


def _parts(export: PolisExport) -> Iterator[str]:
    yield json.dumps([export.title, export.url, export.description])
    for comment in export.comments:
        when = comment.submitted_at and comment.submitted_at.isoformat()
        yield json.dumps([comment.id, comment.text, comment.state, when])
    for vote in export.votes:
        yield f"{vote.participant} {vote.comment} {_CHOICES[vote.choice]} {vote.at_ms}\n"
