"""Whose word a bound is: said alike in headline, map and page, in both languages, and a gap rounded up."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from planner.language import rendered
from planner.views import headline
from planner.views.captions import gap_text, surety, whose
from planner.views.report import trust

WORDS = {
    "planner": ("proved", "已由本工具证明"),
    "solver": ("the solver's word", "仅为求解器所称"),
}
MANIFESTS: dict[str, list[dict[str, Any]]] = {
    "planner": [{"proof": {"by": "planner", "leaves": 3}}],
    "solver": [{}, {"proof": None}, {"proof": {"by": "solver", "why": "a tree", "why_zh": "搜索"}}, {"proof": {}}],
}
CASES = [(by, manifest) for by, manifests in MANIFESTS.items() for manifest in manifests]


@pytest.mark.parametrize(
    ("gap", "text"),
    [
        (0.0, "0.00%"),
        (1e-10, "0.00%"),
        (1e-8, "0.01%"),
        (0.0004, "0.04%"),
        (0.00041, "0.05%"),
        (0.000463, "0.05%"),
        (1.0, "100.00%"),
        (None, "–"),
        (float("inf"), "–"),
        (-0.2, "0.00%"),
    ],
)
def test_gap_is_rounded_up(gap: float | None, text: str) -> None:
    """Proves: a gap printed is never less than the gap, but for rounding of 1e-9. Sensitivity: rounding to nearest."""
    assert gap_text(gap) == text
    assert trust.gap_text(gap).en in {text, text.replace("%", " %"), "–"}


@pytest.mark.parametrize(("by", "manifest"), CASES)
@pytest.mark.parametrize("status", ["optimal", "feasible"])
def test_whose_word_it_is_is_said_everywhere(by: str, manifest: dict[str, Any], status: str) -> None:
    """Proves: headline, map's note and page say it in both languages; a run without the key has the solver's word.

    Sensitivity: "proved" by default, one place or one language left out.
    """
    summary = {"status": status, "gap": 0.0004, "seconds": {"total": 1.0}}
    full = {"solver": {"asked": {"time_limit": 1.0}}, **manifest}
    subject = SimpleNamespace(results=SimpleNamespace(manifest=manifest), whose=whose(manifest))
    said = [headline._status(summary, full), surety(summary, manifest), trust._proof_text(subject)]  # type: ignore[arg-type]
    other = WORDS["solver" if by == "planner" else "planner"]
    for text in said:
        for language, word, wrong in zip(("en", "zh"), WORDS[by], other, strict=True):
            told = rendered(text, language).lower().replace("not proved", "")
            assert word in told
            assert wrong not in told


def test_why_it_is_the_solvers_word_is_on_the_page() -> None:
    """Proves: the reason stands beside the word, in both languages as the manifest has them. Sensitivity: no reason."""
    manifest = {"proof": {"by": "solver", "why": "a tree", "why_zh": "搜索"}}
    text = trust._proof_text(SimpleNamespace(results=SimpleNamespace(manifest=manifest), whose=whose(manifest)))  # type: ignore[arg-type]
    assert (text.en, text.zh) == ("the solver's word: a tree", "仅为求解器所称：搜索")
