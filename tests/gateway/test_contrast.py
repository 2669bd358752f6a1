"""The tokens' colours, measured: WCAG 2.2, 1.4.3 (text, 4.5:1) and 1.4.11 (edges and drawings, 3:1), both themes."""

from __future__ import annotations

import re

import pytest

from gateway.statics import FOLDER

TEXT = [
    ("ink", "linen"), ("ink", "surface"), ("ink", "linen-deep"), ("ink-soft", "linen"), ("ink-soft", "surface"),
    ("ink-soft", "linen-deep"), ("primary", "linen"), ("primary", "surface"), ("primary", "linen-deep"),
    ("on-primary", "primary"), ("on-primary", "primary-strong"), ("agree", "surface"), ("disagree", "surface"),
    ("neutral", "surface"), ("agree", "agree-tint"), ("disagree", "disagree-tint"), ("neutral", "neutral-tint"),
    ("good", "good-tint"), ("ink", "agree-tint"), ("ink", "disagree-tint"), ("ink", "weld-tint"),
    ("ink", "neutral-tint"), ("on-weld", "weld"), ("on-choice", "agree"), ("on-choice", "disagree"),
    ("on-choice", "neutral"), ("disagree", "linen"),
]  # fmt: skip
EDGES = [
    ("edge", "surface"), ("edge", "linen"), ("agree", "surface"), ("disagree", "surface"), ("neutral", "surface"),
    ("agree", "linen"), ("neutral", "linen"), ("primary", "rule"),
]  # fmt: skip


def themes() -> dict[str, dict[str, str]]:
    css = (FOLDER / "tokens.css").read_text()
    light, dark = re.split(r"@media \(prefers-color-scheme: dark\)", css)
    pattern = r"--([a-z-]+): (#[0-9a-f]{6});"
    return {"light": dict(re.findall(pattern, light)), "dark": dict(re.findall(pattern, dark))}


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_black_on_white_is_21_to_1():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(TEXT, 4.5), (EDGES, 3.0)])
def test_colours_that_meet_can_be_told_apart(theme, pairs, least):
    colours = themes()[theme]
    found = {(one, other): contrast(colours[one], colours[other]) for one, other in pairs}
    assert {pair: round(ratio, 2) for pair, ratio in found.items() if ratio < least} == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("background", ["surface", "linen", "linen-deep"])
def test_the_ring_of_the_focus_is_seen_on_every_background(theme, background):
    assert contrast(themes()[theme]["ink"], themes()[theme][background]) >= 3
