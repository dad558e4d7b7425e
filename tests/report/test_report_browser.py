"""The page in Chromium with the network off: it asks for nothing, fits, and answers filter, pointer, keys and language."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.report.report_tab import Watched

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

    from planner.io.results.results import Results

LANGUAGES = ("en", "zh-CN")
WIDTHS = (390, 1280, 1920)
CONTRAST = """() => {
  const light = (rgb) => rgb.map((v) => v / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, at) => sum + v * [0.2126, 0.7152, 0.0722][at], 0);
  const numbers = (text) => text.match(/[\\d.]+/g).map(Number);
  const behind = (node) => { for (; node; node = node.parentElement) {
    const colour = numbers(getComputedStyle(node).backgroundColor); if (colour.length < 4 || colour[3] > 0) return colour.slice(0, 3); }
    return [255, 255, 255]; };
  const poor = [];
  for (const node of document.querySelectorAll("body *:not(script):not(svg *)")) {
    if (![...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim()) || !node.checkVisibility()) continue;
    const [one, other] = [light(numbers(getComputedStyle(node).color).slice(0, 3)), light(behind(node))].sort((a, b) => b - a);
    const ratio = (one + 0.05) / (other + 0.05);
    if (ratio < 4.5) poor.push([node.tagName, node.textContent.slice(0, 30), ratio]);
  }
  return poor;
}"""


@pytest.mark.parametrize("width", WIDTHS)
def test_it_asks_for_nothing_and_fits(width: int, tab: Callable[..., Watched], national_file: Path) -> None:
    """At every width, in both languages: no request, no complaint, nothing wider than the window, enough contrast.

    Sensitivity: a font or a map from elsewhere; a table that pushes the page; grey on grey; an unsafe style attribute.
    """
    watched = tab(width)
    page = watched.open(national_file)
    for language in LANGUAGES:
        page.click(f"[data-language='{language}']")
        page.locator("button.site").first.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("document.documentElement.lang") == language
        assert page.evaluate(CONTRAST) == []
        watched.settle()


def load_of(page: Page, at: int) -> float:
    """Return what the table of sites says a site's load is [MW]."""
    return float(page.inner_text(f"[data-load='{at}']").replace(",", ""))


def test_filters_choose_what_is_drawn(tab: Callable[..., Watched], national_file: Path) -> None:
    """A workload, a side of demand and a side of sites narrow map, loads and status; reset brings all back.

    Proves: the sums under a filter are those of the data. Sensitivity: a filter that only greys out.
    """
    watched = tab()
    page = watched.open(national_file)
    sums = """(test) => {
      const { workload, site, region, mw } = data.flows;
      const is = { workload: (at) => workload[at] === 2, from: (at) => data.regions[region[at]].side === 1,
        to: (at) => data.sites[site[at]].side === 1 };
      return mw.reduce((sum, value, at) => sum + (is[test](at) ? value : 0), 0);
    }"""
    status = page.inner_text("#map-status")
    paths = page.locator("#map svg path").count()
    for control, value, test in (("#workload", "2", "workload"), ("#to-side", "1", "to"), ("#from-side", "1", "from")):
        page.select_option(control, value)
        shown = float(re.search(r"([\d,.]+) MW", page.inner_text("#map-status"))[1].replace(",", ""))  # type: ignore[index]
        assert shown == pytest.approx(page.evaluate(sums, test), rel=1e-3), control
        assert page.locator("#map svg path").count() < paths
        assert page.inner_text("#map-status") != status
        page.click("button[type='reset']")
        page.wait_for_function("(before) => document.getElementById('map-status').textContent === before", arg=status)
    page.select_option("#to-side", "2")
    outside = page.evaluate("data.sites.findIndex((site) => site.side !== 2)")
    assert load_of(page, outside) == 0
    watched.settle()


def test_an_hour_is_one_of_the_plan(tab: Callable[..., Watched], world_file: Path, world_plan: Results) -> None:
    """The slider shows one timestep: loads are those of the result table in that timestep, and the panel follows.

    Sensitivity: hours off by one; the mean shown as an hour.
    """
    watched = tab()
    page = watched.open(world_file)
    assert page.is_disabled("#hour")
    page.select_option("#when", "step")
    page.focus("#hour")
    page.keyboard.press("ArrowRight")
    assert page.inner_text("#hour-name") == "night"
    table = world_plan.tables["facility_load"]
    night = table[table["timestep"] == "night"].set_index("site")["it_load"]
    for at, site in enumerate(world_plan.scenario.sets["site"]):
        assert load_of(page, at) == pytest.approx(night[site], abs=0.06)
    page.click("button[data-site='2']")
    panel = page.inner_text("#panel")
    assert "Green power used in this timestep" in panel
    assert page.locator("#hours svg path").count() > 3
    means = "within({ from: 0, to: 2, together: 2 }, [30, 10])[0]"
    assert page.evaluate(means) == pytest.approx((30 * 3000 + 10 * 5760) / 8760)
    page.select_option("#when", "mean")
    assert "Green power used in this timestep" not in page.inner_text("#panel")
    watched.settle()


def test_the_pointer_tells_numbers(tab: Callable[..., Watched], national_file: Path) -> None:
    """Over a site stand its MW, utilisation and green share; over a flow MW, ms and Gbit/s; a click opens the site.

    Sensitivity: a tip of ECharts' own, switched off; a flow that no pointer can hit.
    """
    watched = tab(1280, 1100)
    page = watched.open(national_file)
    page.locator("#filters").scroll_into_view_if_needed()
    page.evaluate("document.getElementById('map').scrollIntoView()")
    box = page.locator("#map").bounding_box()
    assert box is not None

    def over(point: list[float]) -> str:
        page.mouse.move(box["x"] + point[0], box["y"] + point[1])
        page.wait_for_selector("#tip:not([hidden])")
        return page.inner_text("#tip")

    at, point = page.evaluate(
        "() => { const at = data.sites.findIndex((site) => site.name[0] === 'Gui\\'an');"
        " return [at, map.chart.convertToPixel('geo', data.sites[at].at)]; }"
    )
    text = over([point[0] + 6, point[1] + 6])
    assert "Gui'an" in text
    for words in ("IT load", "MW", "Utilisation", "Green power share, by certificates", "Grid power", "PUE"):
        assert words in text
    page.mouse.click(box["x"] + point[0] + 6, box["y"] + point[1] + 6)
    assert page.inner_text("#panel-title") == "Gui'an"
    assert page.get_attribute(f"button[data-site='{at}']", "aria-pressed") == "true"
    page.evaluate("document.getElementById('map').scrollIntoView()")
    box = page.locator("#map").bounding_box()
    assert box is not None
    middle = page.evaluate(
        "() => { const flow = map.drawn.find((one) => data.regions[one.region].name[0] === 'Xinjiang');"
        " const [[x0, y0], [x1, y1]] = ends(flow); const t = 0.35, u = 1 - t;"
        " const bend = [(x0 + x1) / 2 + (y0 - y1) * CURVE, (y0 + y1) / 2 + (x1 - x0) * CURVE];"
        " return map.chart.convertToPixel('geo', [0, 1].map((i) => u * u * [x0, y0][i] + 2 * u * t * bend[i]"
        " + t * t * [x1, y1][i])); }"
    )
    text = over(middle)
    assert "Xinjiang →" in text
    for words in ("MW", "ms", "Gbit/s"):
        assert words in text
    watched.settle()


def test_keys_are_enough(tab: Callable[..., Watched], world_file: Path) -> None:
    """With the keyboard alone: skip link, controls in order, a site's tip on focus, its panel on Enter, a visible focus.

    Sensitivity: an outline taken away; sites that only the map offers.
    """
    watched = tab()
    page = watched.open(world_file)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").bounding_box()["x"] >= 0  # type: ignore[index]
    order = []
    for _ in range(40):
        page.keyboard.press("Tab")
        active = page.evaluate(
            "() => { const a = document.activeElement; const s = getComputedStyle(a);"
            " return [a.id || a.className || a.dataset.language || a.tagName, a.matches(':focus-visible') && s.outlineStyle]; }"
        )
        assert active[1] == "solid", active
        order.append(active[0])
        if active[0] == "site":
            break
    wanted = [
        "en",
        "zh-CN",
        "print",
        "workload",
        "from-side",
        "to-side",
        "when",
        "zoom-in",
        "zoom-out",
        "zoom-reset",
        "site",
    ]
    assert [name for name in order if name in wanted] == wanted
    assert page.is_visible("#tip")
    page.keyboard.press("Enter")
    assert page.inner_text("#panel-title") == page.evaluate(
        "document.activeElement.textContent && named(data.sites[state.site].name)"
    )
    assert page.get_attribute("#panel", "aria-live") == "polite"
    assert page.locator("#panel table caption").count() >= 2
    page.keyboard.press("Escape")
    assert page.is_hidden("#tip")
    watched.settle()


def test_both_languages_are_one_click_apart(tab: Callable[..., Watched], national_file: Path) -> None:
    """A click changes every text: headings, lists, map labels, panel, title; a click back changes them back.

    Sensitivity: a text written once by the script.
    """
    watched = tab()
    page = watched.open(national_file)
    page.locator("button.site").nth(4).click()
    english = page.evaluate("[document.title, document.body.innerText]")
    page.click("[data-language='zh-CN']")
    chinese = page.evaluate("[document.title, document.body.innerText]")
    assert chinese[0] == "东数西算：2025 年底全国算力布局"
    for text in ("主要指标", "起作用的约束及其影子价格", "承接算力来源", "和林格尔集群"):
        assert text in chinese[1], text
    assert "亿元/年" in chinese[1]
    assert "bn CNY" not in chinese[1]
    assert page.get_attribute("[data-language='zh-CN']", "aria-pressed") == "true"
    assert "全部" in page.inner_text("#workload")
    assert "贵安集群" in page.locator("#map svg").text_content()  # type: ignore[operator]
    page.click("[data-language='en']")
    assert page.evaluate("[document.title, document.body.innerText]") == english
    watched.settle()


def test_it_prints_on_a4(tab: Callable[..., Watched], national_file: Path) -> None:
    """On paper: no controls, a map that fits the page, tables not cut off, pages of A4.

    Sensitivity: a map drawn for the screen's width; a sticky bar on every page.
    """
    watched = tab()
    page = watched.open(national_file)
    page.emulate_media(media="print")
    for hidden in ("nav", "#filters", "#languages", ".zoom", ".skip"):
        assert page.is_hidden(hidden), hidden
    size = page.evaluate(
        "(() => { const b = document.querySelector('#map svg').getBoundingClientRect(); return [b.width, b.height]; })()"
    )
    assert size == pytest.approx([150 / 25.4 * 96, 153 / 25.4 * 96], abs=2)
    assert page.evaluate("document.querySelector('#map svg').getAttribute('viewBox')")
    paper = page.pdf(prefer_css_page_size=True)
    boxes = {tuple(map(float, box.split())) for box in re.findall(rb"/MediaBox \[([\d. ]+)\]", paper)}
    assert {(round(w), round(h)) for _, _, w, h in boxes} == {(595, 842)}
    assert 3 < len(re.findall(rb"/Type /Page\b", paper)) < 12
    watched.settle()
