"""What the page's script says, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.language import say

if TYPE_CHECKING:
    from planner.views.report.subject import Subject


def texts(subject: Subject) -> dict[str, list[str]]:
    """Return the sentences that the script says, in both languages; ``{0}`` stands for what it puts in."""
    declared = subject.scenario.declarations
    numbers = {figure.page: figure.says or subject.green_share for _, figure in declared.figures if figure.page}
    series = {each.page: each.says for each in declared.series if each.page and each.says is not None}
    said = {
        **numbers,
        **series,
        "status": say(
            "Shown: {{0}} MW of work; flows over distance: {{1}}, of which the largest {{2}} are drawn.",
            "当前显示：算力 {{0}} MW，异地流向 {{1}} 条，绘出其中最大的 {{2}} 条。",
        ),
        "status_all": say(
            "Shown: {{0}} MW of work; flows over distance: {{1}}, all drawn.",
            "当前显示：算力 {{0}} MW，异地流向 {{1}} 条，均已绘出。",
        ),
        "green_now": say("Green power used in this timestep", "本时段绿电占比"),
        "hub": say("Hub", "枢纽"),
        "side": say("Side", "片区"),
        "served": say("Work carried", "承接算力"),
        "latency": say("Latency, one way", "时延（单向）"),
        "traffic": say("Traffic", "流量"),
        "share": say("Share", "占比"),
        "region": say("Region", "地区"),
        "workload": say("Workload", "业务类型"),
        "work": say("Where its work comes from, by the filter", "承接算力来源（按筛选）"),
        "others": say("{{0}} more", "其他 {{0}} 项"),
        "none": say("No work comes here by the filter.", "按当前筛选无承接算力。"),
        "numbers": say("Numbers of the site", "节点指标"),
        "hours": say("Its hours: supply and load", "逐时供电与负荷"),
        "hours_table": say("Mean, lowest and highest [MW]", "均值、最低与最高 [MW]"),
        "single": say(
            "The plan has one timestep, which stands for the year: there are no hours to show.",
            "本方案仅一个时段，代表全年，无逐时数据。",
        ),
        "idle": say("The site has no load in any timestep.", "该节点各时段均无负载。"),
        "together": say(
            "Each point is the mean of {{0}} timesteps; choose one timestep to see those around it.",
            "每个点为 {{0}} 个时段的均值；选择单个时段可查看其前后各时段。",
        ),
        "week": say("The {{0}} timesteps around the one chosen.", "所选时段前后共 {{0}} 个时段。"),
        "series": say("Series", "序列"),
        "mean": say("Mean", "均值"),
        "lowest": say("Lowest", "最低"),
        "highest": say("Highest", "最高"),
        "taken": say("load with charging", "负荷（含充电）"),
        "chart": say(
            "Chart of supply (areas) and load (line) of {{0}} by timestep; its table follows.",
            "{{0}} 逐时供电（面积）与负荷（线）图，数值见下表。",
        ),
        "close": say("Close", "关闭"),
        "island": say("South China Sea Islands", "南海诸岛"),
    }
    return {name: [text.en, text.zh] for name, text in said.items()}
