"""What an export becomes: pure rules."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.consultation.imports.polis import PolisComment, PolisExport, PolisVote
from services.consultation.imports.rules import at, dates_of, digest_of

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def export(*, said: tuple[int | None, ...] = (), voted: tuple[int | None, ...] = ()) -> PolisExport:
    """An export whose comments and votes have these times, in milliseconds."""
    comments = tuple(
        PolisComment(str(n), f"text {n}", None, "accepted", None if ms is None else at(ms))
        for n, ms in enumerate(said)
    )
    votes = tuple(PolisVote(n, "0", "agree", ms) for n, ms in enumerate(voted))
    return PolisExport("Title", None, None, comments, votes)


def ms(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)


def test_a_conversation_lasted_from_its_first_statement_or_vote_to_its_last() -> None:
    begin, end = NOW - timedelta(days=30), NOW - timedelta(days=3)
    opens, closes = dates_of(
        export(said=(ms(NOW - timedelta(days=9)), ms(begin)), voted=(ms(end), None)), NOW
    )
    assert (opens, closes) == (begin, end + timedelta(seconds=1))


def test_an_export_without_times_happened_just_before_the_import() -> None:
    assert dates_of(export(said=(None,), voted=(None,)), NOW) == (NOW - timedelta(seconds=1), NOW)


@given(st.lists(st.integers(0, 253_402_300_799_999) | st.none(), max_size=5))
def test_whatever_the_clock_said_it_opened_before_it_closed_and_is_closed_now(
    times: list[int | None],
) -> None:
    opens, closes = dates_of(export(said=tuple(times)), NOW)
    assert opens < closes <= NOW


def test_the_digest_tells_exports_apart_by_what_they_say() -> None:
    one = export(said=(1, 2), voted=(3,))
    assert digest_of(one) == digest_of(export(said=(1, 2), voted=(3,)))
    others = [
        export(said=(1, 3), voted=(3,)),
        export(said=(1, 2), voted=(4,)),
        export(said=(1, 2), voted=(3, 3)),
        PolisExport("Other", None, None, one.comments, one.votes),
        PolisExport("Title", None, None, one.comments, (PolisVote(0, "0", "neutral", 3),)),
        PolisExport("Title", None, None, one.comments, (PolisVote(0, "1", "agree", 3),)),
    ]
    assert len({digest_of(each) for each in [one, *others]}) == 1 + len(others)
