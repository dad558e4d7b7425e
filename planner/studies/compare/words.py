"""The words of a comparison: its tables, columns and kinds in both languages, and the names of sites and workloads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.errors import shown
from planner.language import Said, say
from planner.views.words import word

if TYPE_CHECKING:
    from planner.scenario.scenario import Scenario
    from planner.studies.compare.differences.comparison import Comparison

WORDS: dict[str, tuple[str, str]] = {
    # tables
    "measures": ("measures", "主要指标"),
    "moved": ("moved", "迁移"),
    "inputs": ("inputs", "输入差异"),
    "input_columns": ("inputs by column", "输入差异汇总"),
    "workloads": ("workloads by site", "业务分布"),
    "regions": ("regions", "需求地"),
    "new_build": ("new build", "新建与签约"),
    # columns
    "base": ("base", "基准"),
    "before": ("base", "基准"),
    "after": ("run", "方案"),
    "measure": ("measure", "指标"),
    "part": ("part", "分项"),
    "category": ("category", "成本类别"),
    "move": ("number of the move", "迁移序号"),
    "kind": ("kind", "类别"),
    "site_from": ("from site", "迁出节点"),
    "site_to": ("to site", "迁入节点"),
    "load": ("load", "负荷"),
    "default": ("default", "默认值"),
    "folder": ("folder", "文件夹"),
    "moves": ("moves touched", "关联迁移数"),
    "touches": ("moves it touches", "关联的迁移"),
    "cells": ("cells", "单元格数"),
    "in": ("stands in", "所在方案"),
    "built": ("compute type or technology", "算力类型或技术"),
    "both": ("both", "两者"),
    # kinds of moves
    "demand_grew": ("demand grew", "需求增长"),
    "demand_fell": ("demand fell", "需求下降"),
    "newly_served": ("newly served", "新增满足"),
    "newly_unserved": ("newly unserved", "不再满足"),
    "grew_unserved": ("demand grew and is not served", "需求增长但未满足"),
    "fell_unserved": ("demand fell that had not been served", "未满足需求消失"),
    "other": ("by other rules", "其他约束所致"),
    "swapped": ("swaps places at equal cost", "等成本互换"),
    # kinds of input differences
    "cell": ("cells", "单元格"),
    "added": ("cells of what is new", "新增对象的单元格"),
    "removed": ("cells of what is gone", "删除对象的单元格"),
    "member_added": ("new", "新增对象"),
    "member_removed": ("gone", "删除对象"),
    "feature": ("feature listed", "启用功能"),
    "setting": ("setting", "设定"),
    "override": ("set on the command line", "命令行设定"),
    "same_effect": ("cells that come to the same", "等效的单元格"),
    "label": ("names and titles", "名称与标题"),
    "record": ("figures of how well days stand for the year", "代表日误差记录"),
    "provenance": ("cells of source.csv", "来源说明单元格"),
    # measures
    "energy_facility": ("facilities", "机房用电"),
    "energy_grid": ("grid", "网电"),
    "energy_green": ("green power", "绿电"),
    "energy_certificates": ("certificates", "绿证"),
}
"""What a comparison calls its own things; all else has its word in the catalogue."""


def pairing() -> Said:
    """Return by what convention what leaves and what arrives are paired."""
    return say(
        "Which MW went where is a convention: of each region's workload, all that leaves is shared out in proportion "
        "over all that arrives. What leaves and arrives at each site is exact.",
        "迁出与迁入的配对为约定：每个需求地的每类业务，迁出量按比例分摊到各迁入节点；各节点的迁出、迁入量为精确值。",
    )


def touching() -> Said:
    """Return what it means, and what not, that an input touches a move."""
    return say(
        "An input touches a move if it belongs to its region, workload or one of its sites, or to all. That says where "
        "to look; the proof is a run with that input changed back.",
        "“关联”指该输入属于所迁业务的需求地、业务类型或迁出、迁入节点（全局输入关联全部迁移），仅指明查找方向；"
        "要证明因果，请将该输入改回后重新求解。",
    )


def called(name: str) -> Said:
    """Return what a comparison calls a thing, in both languages."""
    return Said(*WORDS[name]) if name in WORDS else word(name)


def column_called(name: str) -> Said:
    """Return what a column of a comparison is called, such as ``it_load_before``."""
    measure, _, side = name.rpartition("_")
    if measure and side in {"before", "after", "difference", "swapped"}:
        return say("{measure}, {side}", "{measure}（{side}）", measure=called(measure), side=called(side))
    return called(name)


def named(comparison: Comparison, kind: str, member: str) -> Said:
    """Return the name of a site, region or workload in both languages, escaped; the id where it has none."""
    scenarios = (comparison.after.results.scenario, comparison.before.results.scenario)
    scenario = next((s for s in scenarios if member in _labels(s, kind, "en")), scenarios[0])
    en, zh = (shown(_labels(scenario, kind, language).get(member, member)) for language in ("en", "zh"))
    return Said(en, zh)


def _labels(scenario: Scenario, kind: str, language: str) -> dict[str, str]:
    return {str(member): str(name) for member, name in scenario.labels(kind, language).items()}
