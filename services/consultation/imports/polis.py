"""Read an export of Pol.is: a folder of CSV files, into comments and each participant's final vote.

``comments.csv``            what people wrote, with its moderation (1 accepted, 0 not looked at, −1 refused)
``votes.csv``               a log of votes in no order of time; of several by one person on one comment the last by
                            timestamp counts, and of equals the later row
``participants-votes.csv``  the matrix people × comments: a column for each comment (headers that are all digits), an
                            empty cell where there is no vote. It holds the votes where there is no log.
``summary.csv``             title, address and description of the conversation; optional

In exports +1 is agree, −1 disagree, 0 neutral. ``group-id``, what Pol.is thinks of a person's opinions, is never read.

What is *not* held against an export, because sound ones differ in it: people and comments that the matrix leaves out
while the log has them, a matrix that disagrees with the log, totals in ``summary.csv`` and ``comments.csv`` (they
count other things), unknown columns, a last line without newline. One sign of damage is worth a look at two files: a
log that is cut at the very end of a row reads well, but logs are sorted by comment, so it lacks just the tail that the
matrix still has. A matrix without log that is cut there cannot be told from a shorter one, unless nothing is left.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Literal, NamedTuple

from services.consultation.imports.polis_files import (
    InvalidExport,
    PolisProblem,
    Problems,
    Progress,
    Table,
    numbered_rows,
    open_table,
    read_text,
)

__all__ = [
    "InvalidExport",
    "PolisComment",
    "PolisExport",
    "PolisProblem",
    "PolisVote",
    "Progress",
    "read_export",
]

Choice = Literal["agree", "disagree", "neutral"]
State = Literal["accepted", "refused"]

COMMENTS: Final = "comments.csv"
VOTES: Final = "votes.csv"
MATRIX: Final = "participants-votes.csv"
SUMMARY: Final = "summary.csv"

_CHOICES: Final[dict[int, Choice]] = {1: "agree", -1: "disagree", 0: "neutral"}
_WRITTEN: Final = {str(value): choice for value, choice in _CHOICES.items()}
_STATES: Final[dict[int, State]] = {1: "accepted", 0: "accepted", -1: "refused"}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PolisComment:
    """A statement that people voted on. ``id`` is its number in the export; ``author`` a number there, if known."""

    id: str
    text: str
    author: str | None
    state: State
    submitted_at: datetime | None


class PolisVote(NamedTuple):
    """What one person finally thinks of one comment. ``at_ms`` is Unix time in milliseconds; a matrix has none."""

    participant: int
    comment: str
    choice: Choice
    at_ms: int | None


@dataclass(frozen=True, slots=True)
class PolisExport:
    """A whole conversation; comments and votes are sorted by their numbers, whatever the order of the files."""

    title: str | None
    url: str | None
    description: str | None
    comments: tuple[PolisComment, ...]
    votes: tuple[PolisVote, ...]

    @property
    def participants(self) -> int:
        """How many people voted at least once."""
        return len({vote.participant for vote in self.votes})


Pair = tuple[int, int]
"""A participant and a comment, by their numbers."""


@dataclass(slots=True)
class _Log:
    """Final votes of the log, and where and how it ends."""

    votes: dict[Pair, tuple[int, Choice]]
    last_line: int
    last_comment: int = -1
    by_comment: bool = True


def read_export(folder: Path, progress: Progress | None = None) -> PolisExport:
    """Read and validate a whole export; nothing is returned unless all of it is sound.

    Raises ``InvalidExport``, which lists what is wrong with file and line.
    """
    problems = Problems()
    if not folder.is_dir():
        problems.add(str(folder), None, "not a folder; expected one with an export of Pol.is")
        problems.raise_if_any()
    comments = _read_comments(folder, problems, progress)
    # With a comment lost to an error, every vote on it would be an error too: its shadow, not another one.
    known = None if problems else comments.keys()
    log = _read_log(folder, known, problems, progress)
    matrix = _read_matrix(folder, known, problems, progress)
    title, url, description = _read_summary(folder, problems)
    if log is None and not matrix and not problems:
        if matrix is None:
            problems.add(
                VOTES, None, f"no such file in {folder}, nor {MATRIX}; expected at least one of them"
            )
        else:
            problems.add(MATRIX, None, "not one vote under the header; the file is cut short")
    if log and matrix and not problems:
        _notice_lost_tail(log, matrix, problems)
    problems.raise_if_any()
    return PolisExport(
        title,
        url,
        description,
        tuple(comments[number] for number in sorted(comments)),
        _final_votes(log, matrix or {}),
    )


def _final_votes(log: _Log | None, matrix: dict[Pair, Choice]) -> tuple[PolisVote, ...]:
    """The votes of the log, else those of the matrix."""
    if log:
        return tuple(
            PolisVote(who, str(what), choice, at) for (who, what), (at, choice) in sorted(log.votes.items())
        )
    return tuple(PolisVote(who, str(what), choice, None) for (who, what), choice in sorted(matrix.items()))


def _read_comments(folder: Path, problems: Problems, progress: Progress | None) -> dict[int, PolisComment]:
    """The comments by number; those with a problem are noted and left out."""
    comments: dict[int, PolisComment] = {}
    table = open_table(folder, COMMENTS, problems, progress)
    if not table or not table.has("comment-id", "moderated", "comment-body"):
        return comments
    columns = table.columns
    identity, moderated, body = columns["comment-id"], columns["moderated"], columns["comment-body"]
    author, time = columns.get("author-id"), columns.get("timestamp")
    lines: dict[int, int] = {}
    for line, cells in table.rows():
        number = table.number(line, "comment-id", cells[identity])
        state = table.meaning(_STATES, line, "moderated", cells[moderated])
        at = table.timestamp(line, cells[time]) if time is not None and cells[time].strip() else None
        if number is None or state is None or not table.is_first(lines, line, "comment-id", number):
            continue
        comments[number] = PolisComment(
            id=str(number),
            text=cells[body],
            author=cells[author].strip() or None if author is not None else None,
            state=state,
            submitted_at=None if at is None else _EPOCH + timedelta(milliseconds=at),
        )
    return comments


def _read_log(
    folder: Path, known: Set[int] | None, problems: Problems, progress: Progress | None
) -> _Log | None:
    """The final votes of ``votes.csv``, or None where there is no such file or no use in it."""
    if not (folder / VOTES).exists():
        return None
    table = open_table(folder, VOTES, problems, progress)
    if not table or not table.has("timestamp", "comment-id", "voter-id", "vote"):
        return None
    at_column, comment_column, voter_column, vote_column = (
        table.columns[name] for name in ("timestamp", "comment-id", "voter-id", "vote")
    )
    log = _Log(votes={}, last_line=table.header_line)
    for line, cells in table.rows():
        at = table.timestamp(line, cells[at_column])
        comment = _known_comment(table, line, cells[comment_column], known)
        voter = table.number(line, "voter-id", cells[voter_column])
        choice = table.meaning(_CHOICES, line, "vote", cells[vote_column])
        if at is None or comment is None or voter is None or choice is None:
            continue
        earlier = log.votes.get((voter, comment))
        if earlier is None or at >= earlier[0]:
            log.votes[voter, comment] = at, choice
        log.by_comment &= comment >= log.last_comment
        log.last_comment, log.last_line = comment, line
    return log


def _read_matrix(
    folder: Path, known: Set[int] | None, problems: Problems, progress: Progress | None
) -> dict[Pair, Choice] | None:
    """The votes of ``participants-votes.csv``, or None where there is no such file or no use in it."""
    if not (folder / MATRIX).exists():
        return None
    table = open_table(folder, MATRIX, problems, progress)
    if not table:
        return None
    numbers = [name for name in table.header if name.isascii() and name.isdigit()]
    if not table.has("participant", *numbers):
        return None
    columns = [(int(name), table.columns[name]) for name in numbers]
    identity = table.columns["participant"]
    votes: dict[Pair, Choice] = {}
    lines: dict[int, int] = {}
    for line, cells in table.rows():
        participant = table.number(line, "participant", cells[identity])
        if participant is not None and table.is_first(lines, line, "participant", participant):
            votes.update(
                ((participant, comment), choice)
                for comment, choice in _row(table, line, cells, columns, known)
            )
    return votes


def _row(
    table: Table, line: int, cells: list[str], columns: list[tuple[int, int]], known: Set[int] | None
) -> Iterator[tuple[int, Choice]]:
    """One person's votes in the matrix, by comment."""
    for comment, column in columns:
        cell = cells[column]
        if not cell or cell.isspace():
            continue
        choice = _WRITTEN.get(cell) or table.meaning(_CHOICES, line, f"column {comment}", cell)
        if known is not None and comment not in known:
            table.problem(line, f"a vote in column {comment}, but no comment {comment} in {COMMENTS}")
        elif choice:
            yield comment, choice


def _read_summary(folder: Path, problems: Problems) -> tuple[str | None, str | None, str | None]:
    """Title, address and description, each None where ``summary.csv`` does not say. Other rows may have any shape."""
    if not (folder / SUMMARY).exists():
        return None, None, None
    text = read_text(folder, SUMMARY, problems)
    facts: dict[str, str] = {}
    for _, cells in numbered_rows(SUMMARY, text or "", problems):
        if len(cells) > 1 and cells[1].strip():
            facts.setdefault(cells[0].strip(), cells[1].strip())
    return facts.get("topic"), facts.get("url"), facts.get("conversation-description")


def _notice_lost_tail(log: _Log, matrix: dict[Pair, Choice], problems: Problems) -> None:
    """Note a log, sorted by comment, that lacks votes of the matrix on its last comment and later ones, and no other.

    A few votes missing anywhere else are no sign of damage: the two files may have been made some minutes apart.
    """
    missing = {comment for _, comment in matrix.keys() - log.votes.keys()}
    if missing and log.by_comment and min(missing) >= log.last_comment:
        where = f"after its votes on comment {log.last_comment}" if log.votes else "before any vote"
        problems.add(
            VOTES,
            log.last_line,
            f"the log ends here, {where}, but {MATRIX} holds votes on comment {max(missing)}; the file is cut short",
        )


def _known_comment(table: Table, line: int, cell: str, known: Set[int] | None) -> int | None:
    """The number of a comment that exists, or None with the problem noted."""
    number = table.number(line, "comment-id", cell)
    if number is not None and known is not None and number not in known:
        table.problem(line, f"comment-id {number} is not in {COMMENTS}")
        return None
    return number
