"""What the page's script says, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.language import COMMA, say

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
        "status": say("Shown: {{0}} MW of work; flows over distance: {{1}}, of which the largest {{2}} are drawn."),
        "status_all": say("Shown: {{0}} MW of work; flows over distance: {{1}}, all drawn."),
        "green_now": say("Green power used in this timestep"),
        "hub": say("Hub"),
        "side": say("Side"),
        "served": say("Work carried"),
        "latency": say("Latency, one way"),
        "traffic": say("Traffic"),
        "share": say("Share"),
        "there": say("Traffic there"),
        "back": say("Traffic back"),
        "both_ways": say("Traffic both ways"),
        "bandwidth": say("Bandwidth there"),
        "bandwidth_back": say("Bandwidth back"),
        "full": say("Full at most"),
        "full_now": say("Full in this timestep"),
        "widened": say("New bandwidth"),
        "saves": say("1 Gbit/s more saves"),
        "yearly": say("CNY/a"),
        "may_be_full": say("Full as it may be at"),
        "links_status": say("Links: {{0}}, of which {{1}} are as full as they may be."),
        "region": say("Region"),
        "workload": say("Workload"),
        "work": say("Where its work comes from, by the filter"),
        "others": say("{{0}} more"),
        "none": say("No work comes here by the filter."),
        "numbers": say("Numbers of the site"),
        "hours": say("Its hours: supply and load"),
        "hours_table": say("Mean, lowest and highest [MW]"),
        "single": say("The plan has one timestep, which stands for the year: there are no hours to show."),
        "idle": say("The site has no load in any timestep."),
        "together": say("Each point is the mean of {{0}} timesteps; choose one timestep to see those around it."),
        "week": say("The {{0}} timesteps around the one chosen."),
        "series": say("Series"),
        "mean": say("Mean"),
        "lowest": say("Lowest"),
        "highest": say("Highest"),
        "taken": say("load with charging"),
        "chart": say("Chart of supply (areas) and load (line) of {{0}} by timestep; its table follows."),
        "close": say("Close"),
        "island": say("South China Sea Islands"),
        "tonnes": say("t CO₂/a"),
        "comma": COMMA,
    }
    return {name: [text.en, text.zh] for name, text in said.items()}
