"""The catalogue: what every parameter, rule, table and column is called in English and Chinese.

Each feature's file holds its own words in ``WORDS``; here they are gathered, with those that belong to no feature.
"""

from __future__ import annotations

from functools import cache

from planner.language import Said, say
from planner.models.declarations import feature_modules, guests_of
from planner.models.guests import refused
from planner.models.objective import WORDS as OBJECTIVE_WORDS

Words = dict[str, tuple[str, str]]
"""A name as files and code have it → what a reader calls it, English and Chinese."""

WORDS: Words = {
    # What a run is, as summary.json and manifest.json have it.
    "scenario": ("scenario", "情景"),
    "run": ("run", "运行"),
    "status": ("status", "状态"),
    "optimal": ("optimal", "最优"),
    "feasible": ("feasible", "可行"),
    "infeasible": ("infeasible", "不可行"),
    "unbounded": ("unbounded", "无界"),
    "time_limit": ("time limit", "时间上限"),
    "interrupted": ("interrupted", "已中断"),
    "error": ("error", "出错"),
    "bound": ("bound", "目标界"),
    "gap": ("gap", "间隙"),
    "energy": ("energy", "电量"),
    "counts": ("size of the model", "模型规模"),
    "rows": ("rows", "行数"),
    "columns": ("columns", "列数"),
    "nonzeros": ("nonzeros", "非零元数"),
    "integers": ("integers", "整数变量"),
    "price_relaxed": ("price in the relaxation", "松弛价格"),
    "seconds": ("seconds", "用时（秒）"),
    "read": ("reading", "读取"),
    "build": ("building", "建模"),
    "compile": ("compiling", "编译"),
    "solve": ("solving", "求解"),
    "tabulate": ("tabulating", "制表"),
    "audit": ("audit", "核验"),
    "write": ("writing", "写出"),
    "draw": ("drawing", "绘图"),
    "total": ("total", "合计"),
    "peak_memory": ("peak memory", "内存峰值"),
    "illustrative_share": ("share of illustrative inputs", "示意性输入占比"),
    # What is the user's own.
    "own_rules": ("the user's own rules", "用户自定约束"),
    "own_objective": ("the user's own objective", "用户自定目标"),
    "name": ("name", "名称"),
    "solved_outside": ("solved outside the planner", "由规划程序之外的求解器求得"),
    # The dispatch of the full year.
    "dispatch_year": ("dispatch of the full year", "全年调度"),
    "reduced": ("by the days", "按代表日"),
    "full_year": ("over the full year", "按全年"),
    "difference": ("difference", "差额"),
    "cost_difference": ("difference of cost", "成本差额"),
    "cost_difference_share": ("difference of cost, share", "成本差额占比"),
    "rules_kept": ("all rules kept", "约束是否全部满足"),
    # Shadow prices.
    "shadow_price": ("shadow price", "影子价格"),
    "shadow_prices": ("shadow prices", "影子价格"),
    "rule": ("rule", "约束"),
    "index": ("where", "位置"),
    "price": ("price", "价格"),
    "unit": ("unit", "单位"),
    "fixed at the plan": ("fixed at the plan", "固定为方案取值"),
    "none": ("none", "无"),
    # How far a number may move: ranging.csv.
    "ranging": ("how far before the plan changes", "方案不变的范围"),
    "kind": ("kind", "类别"),
    "rule_index": ("where the rule holds", "约束位置"),
    "value": ("value", "取值"),
    "low": ("from", "下界"),
    "high": ("to", "上界"),
    "price_unit": ("unit of the price", "价格单位"),
    "tightens": ("tightens by going", "收紧方向"),
    "up": ("up", "增大"),
    "down": ("down", "减小"),
    "limit": ("limit", "约束边界"),
    "at_low": ("what changes below", "低于下界时的变化"),
    "at_high": ("what changes above", "高于上界时的变化"),
    # What decides the plan: deciding.csv.
    "deciding": ("what decides the plan", "决定方案的限制"),
    "parameter": ("parameter", "参数"),
    "one_more": ("one step more", "放宽一步"),
    "saves": ("saves", "可省"),
    "saves_min": ("saves at least", "至少可省"),
    "saves_max": ("saves at most", "至多可省"),
    "saves_unit": ("unit of what it saves", "节省的单位"),
    "how": ("known by", "得出方式"),
    "at_limit": ("what is at its limit", "达到限值者"),
    "also": ("room by other means", "其他放宽途径"),
    "together": ("all together", "全部一并"),
    "shadow price": ("shadow price", "影子价格"),
    "solved again": ("solved again", "重新求解"),
    "not tried": ("not tried", "未试算"),
    # Where the inputs come from: source.csv.
    "source": ("source", "来源"),
    "table": ("table", "表"),
    "key": ("key", "键"),
    "column": ("column", "列"),
    "date": ("date", "日期"),
    "licence": ("licence", "许可"),
    "confidence": ("confidence", "可信度"),
    "note": ("note", "备注"),
    "published": ("published", "公布值"),
    "derived": ("derived", "推算值"),
    "illustrative": ("illustrative", "示意值"),
    # scenario.toml.
    "title": ("title", "标题"),
    "title_zh": ("Chinese title", "中文标题"),
    "features": ("features", "功能"),
    "extends": ("extends", "继承自"),
    "minimise": ("minimised", "优化目标"),
    "weights": ("a weighted sum", "加权和"),
    "solver": ("solver", "求解器"),
    "mip_gap": ("relative gap", "相对间隙"),
    "threads": ("threads", "线程数"),
    "seed": ("seed", "随机种子"),
    "tie_break": ("choice between equal plans", "等值方案择优"),
    "algorithm": ("algorithm", "算法"),
    "parameters": ("parameters", "参数"),
    "set": ("set", "设定"),
    "drop": ("drop", "剔除"),
}
"""Those that belong to no feature."""


@cache
def catalogue() -> Words:
    """Return the words of all features and of this file by name.

    Raises
    ------
    ValueError
        Two files call one thing differently.
    GuestFeatureError
        A feature of another package calls a thing otherwise than those before it.
    """
    gathered: Words = {}
    guests = {guest.name: guest for guest in guests_of(feature_modules())}
    of_features = {feature: getattr(module, "WORDS", {}) for feature, module in feature_modules().items()}
    for feature, words in {"": WORDS, "objective": OBJECTIVE_WORDS, **of_features}.items():
        for name, both in words.items():
            if gathered.setdefault(name, both) == both:
                continue
            if feature in guests:
                known = Said(*gathered[name])
                why = say("WORDS: {name} is called {known}", "WORDS：{name} 已称为“{known}”", name=name, known=known)
                raise refused(guests[feature], why)
            message = f"{name} has two words: {gathered[name]} and {both}"
            raise ValueError(message)
    return gathered


def word(name: str) -> Said:
    """Return what a reader calls a thing in the language that is spoken; a name without a word is its own.

    A parameter that several tables have is called the same in all: ``site.hub`` is ``hub``.
    """
    words = catalogue()
    en, zh = words.get(name) or words.get(name.rpartition(".")[2], (name, name))
    return Said(en, zh)
