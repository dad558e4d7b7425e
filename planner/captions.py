"""The lines under a map that only the run can know: how sure the plan is, and what its inputs are worth."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from planner.io.results import Results

TEXT = {
    "en": {
        "minimised": "Minimised: {objective}.",
        "changed": "Minimised: {objective}. Changed: {changes}.",
        "optimal": "Optimal and audited plan (gap {gap}).",
        "feasible": "Feasible plan, not proved optimal (gap {gap}); audited.",
        "illustrative": "{share:.0%} of the input figures are illustrative estimates, not published values.",
        "source": "Source: scenario {scenario}, inputs {hash}, planner {version}; sources in source.csv.",
    },
    "zh": {
        "minimised": "目标：{objective}最小。",
        "changed": "目标：{objective}最小。改动：{changes}。",
        "optimal": "最优方案，已独立核验（间隙 {gap}）。",
        "feasible": "可行方案，未证明最优（间隙 {gap}）；已独立核验。",
        "illustrative": "{share:.0%} 的输入数据为示意性估计，非公布数值。",
        "source": "来源：情景 {scenario}，输入 {hash}，planner {version}；各数据来源见 source.csv。",
    },
}


OBJECTIVES = {
    "en": {"cost": "cost", "emissions": "emissions", "latency": "mean latency", "weights": "a weighted sum"},
    "zh": {"cost": "成本", "emissions": "排放", "latency": "平均时延", "weights": "加权和"},
}


def gap_text(gap: float | None) -> str:
    """Return a gap in per cent; a run stopped early may have proved no bound, and so have none."""
    return "–" if gap is None or not math.isfinite(gap) else f"{gap:.2%}"


def map_notes(results: Results, language: str) -> list[str]:
    """Return the notes of a map in a language."""
    text, manifest = TEXT[language], results.manifest
    objective = OBJECTIVES[language][results.scenario.settings.minimise]
    changes = ", ".join(manifest.get("overrides", ()))
    aim = text["changed" if changes else "minimised"].format(objective=objective, changes=changes)
    notes = [f"{text[results.summary['status']].format(gap=gap_text(results.summary['gap']))} {aim}"]
    if manifest.get("illustrative_share"):
        notes.append(text["illustrative"].format(share=manifest["illustrative_share"]))
    version = manifest["versions"]["east-data-west-compute-planner"]
    facts = {"scenario": results.scenario.name, "hash": manifest["content_hash"][:8], "version": version}
    return [*notes, text["source"].format(**facts)]
