"""The one vocabulary of refusals.

Rules, commands and queries raise these; the web edge turns them into RFC 9457 problems (`problems.py`), the bus
edge into a dead letter with the reason (`inbox.py`), the command line into a sentence on stderr. No module below an
edge knows any of the three.

A problem's `message` is an English sentence with `{named}` places, marked for translation with `N_`; the edge
translates the sentence first and fills the places after.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from libs.chassis.messages import N_


class Sentence(str):
    """A sentence for people with `{named}` places, which can still be translated where it ends up.

    As a text it reads in English, filled.
    """

    message: str
    places: dict[str, Any]

    def __new__(cls, message: str, **places: Any) -> Sentence:
        """`message` is marked with `N_`; `places` are plain values."""
        sentence = super().__new__(cls, message.format(**places) if places else message)
        sentence.message, sentence.places = message, places
        return sentence


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong in one field of what was sent. `field` is a path, e.g. `votes.3.choice`."""

    field: str
    sentence: Sentence


class Problem(Exception):
    """Something asked for that will not be done, with the reason.

    `code` is stable and meant for programs (`vote.consent_missing`); `sentence` is meant for people.
    """

    status: ClassVar[int]
    title: ClassVar[str]

    def __init__(self, code: str, message: str, *, errors: Sequence[FieldError] = (), **places: Any) -> None:
        super().__init__(code, message)
        self.code = code
        self.sentence = Sentence(message, **places)
        self.errors = tuple(errors)

    def __str__(self) -> str:
        return self.sentence + "".join(f" [{error.field}: {error.sentence}]" for error in self.errors)


class Malformed(Problem):
    """The request cannot be read at all: JSON that is not JSON, an unknown cursor."""

    status, title = 400, N_("Unreadable request")


class Unauthenticated(Problem):
    """No token, or one that proves nothing here."""

    status, title = 401, N_("Not signed in")


class Forbidden(Problem):
    """Known, but not allowed to do this to that object."""

    status, title = 403, N_("Not allowed")


class NotFound(Problem):
    """No such object, or none that this caller may know of: the two are not told apart."""

    status, title = 404, N_("Not found")


class Conflict(Problem):
    """The request is sound but the object's present state refuses it."""

    status, title = 409, N_("Not possible now")


class TooLarge(Problem):
    """More was sent than the service reads."""

    status, title = 413, N_("Too large")


class Invalid(Problem):
    """The request can be read and what it says is wrong; `errors` name the fields."""

    status, title = 422, N_("Invalid")


class TooMany(Problem):
    """A limit was reached; `retry_after` seconds later it is worth trying again."""

    status, title = 429, N_("Too many requests")

    def __init__(self, code: str, message: str, *, retry_after: int, **places: Any) -> None:
        super().__init__(code, message, **places)
        self.retry_after = retry_after


class Unavailable(Problem):
    """Something this service stands on does not answer. Nothing was done, unless the code says `in_doubt`."""

    status, title = 503, N_("Unavailable")
    retry_after: ClassVar[int] = 5
    """Seconds after which it is worth trying again."""
