"""A mail's headers arrive as they were written, whatever the mail client that unfolds them."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_string, policy

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from libs.chassis.ids import uuid7
from libs.chassis.mail import _POLICY, Mail, compose

WORDS = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=30)
SUBJECTS = st.lists(WORDS, min_size=1, max_size=12).map(" ".join)
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def composed(subject: str) -> str:
    mail = Mail(to="ada@exemple.fr", subject=subject, text="é", html="<p>é</p>")
    return compose(mail, uuid7(), "Maillage <m@maillage.example>", NOW).as_string()


@given(SUBJECTS)
@example("Un jardin partagé, de l’autre côté – Quelqu’un vous rejoint")
@example("A café and a very long line that goes on until it has to be folded somewhere – and after that")
def test_a_subject_arrives_as_it_was_written(subject: str) -> None:
    sent = composed(subject)
    # What waits in the queue is read again before it is sent.
    handed_over = message_from_string(sent, policy=_POLICY).as_string()
    for message in (sent, handed_over):
        assert message_from_string(message, policy=policy.default)["Subject"] == subject
        header = message[message.index("Subject: ") : message.index("\nMessage-ID")]
        assert max(map(len, header.splitlines())) <= 78 or subject.isascii()


@pytest.mark.parametrize("subject", ["Un\nBcc: tous@exemple.fr", "É\r\nBcc: tous@exemple.fr"])
def test_a_subject_smuggles_no_header_in(subject: str) -> None:
    with pytest.raises(ValueError, match="linefeed"):
        composed(subject)
