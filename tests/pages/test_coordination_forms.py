"""Where a refusal is placed, and how figures are read: the pure part of the desk's forms."""

from __future__ import annotations

import pytest

from gateway.pages.causes import forms
from gateway.services import ServiceProblem


@pytest.mark.parametrize(
    ("field", "place"),
    [
        ("title.fr.value", "title_fr"),
        ("title", "title_fr"),
        ("opens_at", "opens_at_day"),
        ("governance.controllers.0", "governance_controllers"),
        ("drafts.0.title.en.value", "drafts_0_title_en"),
        ("measurer", "bodies_measurer"),
        ("elsewhere.deep", "elsewhere_deep"),
    ],
)
def test_a_refusal_is_placed_where_it_can_be_mended(field: str, place: str) -> None:
    names = ("title_fr", "opens_at_day", "governance_controllers", "drafts_0_title_en", "bodies_measurer")
    values = dict.fromkeys(names, "")
    placed = forms.placed(ServiceProblem(422, "x", "", {field: "Non."}), values, "bodies_")
    assert placed.fields == {place: "Non."}


@pytest.mark.parametrize(
    ("typed", "sent"), [("12,5", "12.5"), ("1 234", "1234"), ("1\u202f234,5", "1234.5"), ("dix", "dix")]
)
def test_a_figure_is_read_however_it_was_spaced(typed: str, sent: str) -> None:
    assert forms.decimal(typed) == sent
