"""The life of signing keys, without anything running: whatever the clock does, tokens can be made and verified."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.identity.keys.rules import (
    LONGEST_TOKEN,
    KeyDates,
    KeyPolicy,
    outlived,
    successor_due,
    successor_wanted,
)

START = datetime(2026, 1, 1, tzinfo=UTC)
POLICY = KeyPolicy(signs_for=timedelta(days=90), announced_for=timedelta(days=1))


def advanced(keys: list[KeyDates], now: datetime) -> list[KeyDates]:
    """The keys after one run of the job, as `commands.rotate` does it."""
    gone = outlived(keys, now)
    keys = [key for key in keys if key.kid not in gone]
    if successor_wanted(keys, POLICY, now):
        keys = [*keys, KeyDates(kid=f"made {now}", announced_at=now)]
    due = successor_due(keys, POLICY, now)
    if due is None:
        return keys
    return [
        replace(key, signing_at=now)
        if key.kid == due
        else replace(key, retired_at=now)
        if key.state == "signing"
        else key
        for key in keys
    ]


pauses = st.lists(st.timedeltas(min_value=timedelta(seconds=1), max_value=timedelta(days=200)), max_size=40)


@given(pauses)
def test_exactly_one_key_signs_and_at_most_one_waits(pauses):
    now, keys = START, advanced([], START)
    for pause in pauses:
        now += pause
        keys = advanced(keys, now)
        states = [key.state for key in keys]
        assert states.count("signing") == 1
        assert states.count("announced") <= 1


@given(pauses)
def test_no_key_signs_before_it_was_announced_long_enough_save_the_first(pauses):
    now, keys = START, advanced([], START)
    first = keys[0].kid
    for pause in pauses:
        now += pause
        keys = advanced(keys, now)
        for key in keys:
            if key.signing_at is not None and key.kid != first:
                assert key.signing_at - key.announced_at >= POLICY.announced_for


@given(pauses)
def test_every_key_stays_published_until_its_last_token_has_expired(pauses):
    now, keys = START, advanced([], START)
    for pause in pauses:
        before, now = keys, now + pause
        keys = advanced(keys, now)
        for key in before:
            if key.kid not in {kept.kid for kept in keys}:
                assert key.retired_at is not None
                assert now > key.retired_at + LONGEST_TOKEN


@given(pauses)
def test_running_the_job_twice_at_the_same_time_changes_nothing_more(pauses):
    now, keys = START, advanced([], START)
    for pause in pauses:
        now += pause
        keys = advanced(keys, now)
        assert advanced(keys, now) == keys


def test_a_year_of_hourly_runs_makes_a_key_every_ninety_days():
    keys = advanced([], START)
    for hour in range(365 * 24):
        keys = advanced(keys, START + timedelta(hours=hour))
    assert [key.state for key in keys] == ["retired"] * 4 + ["signing"]
    starts = [key.signing_at for key in keys if key.signing_at]
    gaps = {later - earlier for earlier, later in pairwise(starts)}
    assert gaps == {timedelta(days=90)}


def test_without_a_signing_key_the_announced_one_takes_over_at_once():
    waiting = KeyDates(kid="waiting", announced_at=START)
    assert successor_due([waiting], POLICY, START) == "waiting"
    assert not successor_wanted([waiting], POLICY, START)
