"""The page as written: its numbers are the plan's, both languages are whole, and it asks for nothing."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import itertools
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import planner
from planner.language import Named, say_both, speak
from planner.views.page.elements import element, to_html
from planner.views.page.numbers import EMISSIONS, ENERGY, MONEY, POWER, plain, points
from planner.views.report.page import in_script
from planner.views.report.places import unit_name
from planner.views.words import word
from tests.report.report_pages import Node, data_of, page_of, poisoned, read_page, table_of
from tests.worlds import BASE

if TYPE_CHECKING:
    from planner.io.results.results import Results

MEGABYTE = 1_000_000


def test_policy_allows_what_stands_in_the_page_alone(page: Node) -> None:
    """The policy names the hashes of the page's own style and scripts, and lets nothing else in.

    Proves: default-src 'none', no unsafe word, hashes true to what is between the tags. Sensitivity: a script changed
    after its hash was taken; a policy that allows inline scripts in general.
    """
    [policy] = [m for m in page.all("meta") if m.attributes.get("http-equiv") == "Content-Security-Policy"]
    rules = dict(rule.split(" ", 1) for rule in policy.attributes["content"].split("; "))
    assert rules["default-src"] == "'none'"
    assert set(rules) == {"default-src", "style-src", "script-src", "base-uri", "form-action"}
    assert "unsafe" not in policy.attributes["content"]
    scripts = [node for node in page.all("script") if "type" not in node.attributes]
    for kind, parts in (("style-src", page.all("style")), ("script-src", scripts)):
        hashes = [base64.b64encode(hashlib.sha256(part.text().encode()).digest()).decode() for part in parts]
        assert rules[kind] == " ".join(f"'sha256-{value}'" for value in hashes)


def test_how_plan_and_bound_came_together_is_drawn(world_plan: Results) -> None:
    """Proves: minutes across, shares of the plan upwards, only what is near; a plan found in one piece has no figure.

    By hand: of the figure's 564 x 180, 2 of 4 minutes are at 64 + 282, and 0.5 % above in a frame from -1 % to 0.5 % is
    at the top. Sensitivity: bound and plan exchanged, shares of the bound, a first round far off that flattens the rest.
    """
    assert not read_page(page_of(world_plan)).all("polyline")
    rounds = [(60.0, None, -50.0), (120.0, 100.5, 99.0), (240.0, 100.0, 99.9)]
    story = [{"round": n, "seconds": s, "plan": plan, "bound": bound} for n, (s, plan, bound) in enumerate(rounds, 1)]
    solver = {**world_plan.manifest["solver"], "periods_apart": {"periods": 365, "rounds": 3, "story": story}}
    drawn = read_page(page_of(dataclasses.replace(world_plan, manifest={**world_plan.manifest, "solver": solver})))
    lines = {line.attributes["class"]: line.attributes["points"] for line in drawn.all("polyline")}
    assert lines == {"plan": "346.0,12.0 628.0,72.0", "bound": "346.0,192.0 628.0,84.0"}
    captions = [caption.text() for caption in drawn.all("figcaption")]
    assert any("3 rounds of 365 days or weeks" in caption and "共 3 轮" in caption for caption in captions)


def test_nothing_in_the_page_leads_out_of_it(page: Node) -> None:
    """No element refers to anything but a place in the page; a source's address is text.

    Proves: no link, picture, style sheet or script from elsewhere. Sensitivity: sources written as links.
    """
    for node in page.every():
        for name in ("href", "src", "action", "data", "poster", "srcset", "xlink:href"):
            assert node.attributes.get(name, "#").startswith("#"), node.tag
        assert not [name for name in node.attributes if name.startswith("on") or name == "style"], node.tag
    assert "https://example.org/pue" in page.text()
    assert not {"iframe", "object", "embed", "link", "img", "base"} & {node.tag for node in page.every()}


def test_both_languages_are_whole(page: Node) -> None:
    """Every text that differs between the languages stands in both, side by side, and neither is empty.

    Proves: nobody sees a hole in either language. Sensitivity: a span written for one language only.
    """
    for node in page.every():
        said = [child for child in node.children if child.tag == "span" and child.attributes.get("lang")]
        assert [child.attributes["lang"] for child in said] == ["en", "zh-CN"] * (len(said) // 2)
        for child in said:
            assert child.text().strip() or node.tag in {"td", "th"}, node.tag
    for name, both in data_of(page)["texts"].items():
        assert all(both), name
        assert set(re.findall(r"\{\d\}", both[0])) == set(re.findall(r"\{\d\}", both[1])), name


def test_a_screen_reader_finds_its_way(page: Node) -> None:
    """Landmarks, one first heading, no level left out, labels for all controls, captions and scopes in all tables.

    Proves: the page's structure, before any script runs. Sensitivity: a select without a label; a table without scope.
    """
    levels = [int(node.tag[1]) for node in page.every() if re.fullmatch(r"h[1-6]", node.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert all(len(page.all(tag)) == 1 for tag in ("header", "nav", "main", "footer"))
    ids = [node.attributes["id"] for node in page.every() if "id" in node.attributes]
    assert len(ids) == len(set(ids))
    labelled = {label.attributes["for"] for label in page.all("label")}
    controls = [node.attributes["id"] for tag in ("select", "input") for node in page.all(tag)]
    assert controls
    assert set(controls) <= labelled
    assert all(button.text("en").strip() for button in page.all("button"))
    for table in page.all("table"):
        assert table.all("caption")[0].text("en").strip()
        assert {cell.attributes.get("scope") for cell in table.all("th")} == {"col", "row"}
    for node in page.every():
        for name in ("aria-labelledby", "aria-describedby"):
            assert set(node.attributes.get(name, "").split()) <= set(ids)
        assert node.attributes.get("href", "#main").removeprefix("#") in ids


def test_costs_and_headline_are_the_plans(world_plan: Results, page: Node) -> None:
    """The headline and the cost by category say what ``summary.json`` says, in the unit they name.

    Proves: numbers to the digits shown. Sensitivity: a category left out, a sum of something else, a wrong scale.
    """
    summary = world_plan.summary
    headline = dict(row[:2] for row in table_of(page, "All headline numbers"))
    assert headline["Cost"] == f"{summary['cost'] / 1e6:.2f} million CNY/a"
    assert headline["Mean latency, one way"] == f"{summary['mean_latency']:.2f} ms"
    rows = table_of(page, "Cost by category")
    assert rows[0][1] == "million CNY/a"
    shown = {row[0]: row[1] for row in rows[1:]}
    expected = {word(name).en: f"{value / 1e6:.2f}" for name, value in summary["costs"].items() if value}
    assert {name: text.replace("−", "-") for name, text in shown.items() if name != "Sum"} == expected
    assert shown["Sum"] == f"{summary['cost'] / 1e6:.2f}"


def test_a_baseline_stands_beside(world_plan: Results, tmp_path: Path) -> None:
    """Against a baseline every number has its difference; a plan against itself has none.

    Proves: change is plan minus baseline. Sensitivity: the two exchanged.
    """
    other = BASE.with_cells("site", "grid_power_price", {"*": 900}).solve(tmp_path)
    rows = {row[0]: row for row in table_of(read_page(page_of(world_plan, other)), "All headline numbers")}
    difference = world_plan.summary["cost"] - other.summary["cost"]
    assert difference < 0
    assert rows["Cost"][3] == f"−{-difference / 1e9:.2f} bn CNY/a"
    assert rows["Cost"][4] == f"−{-difference / other.summary['cost'] * 100:.1f} %"
    own = table_of(read_page(page_of(world_plan, world_plan)), "All headline numbers")
    assert {row[3] for row in own[1:]} <= {"0", "0.0 points"}


def test_other_accounting_is_no_baseline(world_plan: Results, tmp_path: Path) -> None:
    """Emissions stand beside those of the baseline by the same accounting, whichever it was made by.

    Proves: contract and location are never subtracted: each line's baseline is the other plan's number of the line's own
    accounting. Sensitivity: a baseline taken by the number's name alone.
    """
    kind = world_plan.summary["emissions_accounting"]
    other = {"contract": "location", "location": "contract"}[kind]
    plan = BASE.with_parameters(emissions_accounting=other).solve(tmp_path)
    rows = {row[0]: row for row in table_of(read_page(page_of(world_plan, plan)), "All headline numbers")}
    before = plan.summary["emissions_by_accounting"]
    shown = {
        name: row[2]
        for name, word in (("location", "location-based"), ("contract", "by contracts"))
        for row in [rows[f"Emissions, {word}"]]
    }
    assert shown == {name: EMISSIONS.scaled([before[name]]).write(before[name]).en for name in shown}
    assert before["location"] != pytest.approx(before["contract"])
    assert rows["Cost"][2] != "–"


def test_rules_that_bind_are_named(world_plan: Results, page: Node) -> None:
    """Every rule with a price is in the table with its highest price, and its places are spelt in names.

    Proves: nothing that binds is left out. Sensitivity: rules cut at a number; ids of a set taken for those of another.
    """
    prices = world_plan.shadow_prices
    rows = {row[0]: row for row in table_of(page, "Rules and their shadow prices")[1:]}
    assert set(rows) == {word(rule).en for rule in prices["rule"]}
    for rule, found in prices.groupby("rule"):
        highest = found["price"].abs().max()
        shown = float(rows[word(str(rule)).en][3].replace(",", ""))
        assert shown == pytest.approx(highest, abs=0.006 + 5e-3 * highest), rule
    places = table_of(page, word("demand_balance").en)
    assert "Coast · online EN · day" in {row[0] for row in places}
    unit = unit_name("CNY/a per MW")
    assert (unit.en, unit.zh) == ("CNY/a per MW", "元/年（每 MW）")


def test_illustrative_inputs_and_audit_are_said(world_plan: Results, page: Node) -> None:
    """The page says how many inputs are illustrative and which, and what the audit found.

    Proves: doubt is in sight. Sensitivity: a column with a source called illustrative; findings swallowed.
    """
    share = world_plan.manifest["illustrative_share"]
    assert f"{100 * share:.1f} % of the input numbers are illustrative" in page.all("header")[0].text("en")
    [row] = [row for row in table_of(page, "Inputs by table") if row[0] == word("site").en]
    assert row[1:] == [word("pue").en, word("grid_power_price").en]
    assert "Findings: none." in page.text("en")
    manifest = {**world_plan.manifest, "audit": {"agreed": False, "findings": ["3 is not 4"]}}
    doubted = read_page(page_of(dataclasses.replace(world_plan, manifest=manifest)))
    assert "3 is not 4" in doubted.text("en")
    assert "Findings: none." not in doubted.text("en")


def test_the_national_page_is_small(national_plan: Results) -> None:
    """The report of the national scenario is under 3 MB, and says what its README says.

    Sensitivity: a base map or a library that grew.
    """
    text = page_of(national_plan)
    assert len(text.encode()) < 3 * MEGABYTE
    headline = dict(row[:2] for row in table_of(read_page(text), "All headline numbers"))
    assert headline["Cost"] == f"{national_plan.summary['cost'] / 1e9:.2f} bn CNY/a"
    assert len(data_of(read_page(text))["land"]["areas"]) == 34
    assert len(data_of(read_page(text))["land"]["lines"]) == 10


def test_a_plan_of_the_least_features_has_a_page(tmp_path: Path) -> None:
    """A plan without power, money of halls, traffic or places on the map still has its report.

    Proves: every section lives without what it may lack. Sensitivity: a table taken for granted.
    """
    world = BASE.with_features("time", "demand", "routes", "allocation")
    world = world.with_cells("site", "longitude", {"*": None}).with_cells("site", "latitude", {"*": None})
    pairs = [(r["region"], s["site"]) for r in BASE.tables["region"] for s in BASE.tables["site"]]
    world = world.with_rows("region_site", [{"region": r, "site": s, "latency": 5} for r, s in pairs])
    page = read_page(page_of(world.solve(tmp_path)))
    assert {site["at"] for site in data_of(page)["sites"]} == {None}
    assert "for want of coordinates: gansu, hebei, shanghai" in page.text("en")
    assert "The plan builds nothing." in page.text("en")


def test_hostile_text_is_text(world_plan: Results) -> None:
    """A text that tries to be markup leaves the page's elements as they are, and is there to be read.

    Proves: no text becomes an element, by Python alone. Sensitivity: markup put together from strings.
    """
    text = "</script><script>alert(1)</script><img src=x onerror=alert(1)>&amp;{0}\u2028"
    benign, hostile = (read_page(page_of(poisoned(world_plan, name))) for name in ("harmless", text))
    assert [node.tag for node in benign.every()] == [node.tag for node in hostile.every()]
    assert hostile.all("h1")[0].text("en") == text
    assert data_of(hostile)["sites"][0]["name"] == [text, text + "中"]
    assert "<" not in in_script([text])
    assert "\u2028" not in in_script([text])
    assert json.loads(in_script([text])) == [text]


def test_elements_hold_texts_only() -> None:
    """A text that was said stands in both languages, one that is the same in both once, and attributes are never said.

    Sensitivity: an attribute in the language that happened to be spoken.
    """
    assert to_html(element("p", say_both("a < b", "甲"), " & ", Named("x", "x"), hidden=True, id_=None)) == (
        '<!DOCTYPE html>\n<p hidden=""><span lang="en">a &lt; b</span><span lang="zh-CN">甲</span> &amp; x</p>\n'
    )
    with pytest.raises(TypeError, match="two languages"):
        element("p", title=say_both("a", "甲"))


def test_numbers_are_written_by_language() -> None:
    """Money, energy and tonnes come in the units of each language, with digits that say something.

    Sensitivity: 亿 taken for a billion; a column whose units change from row to row.
    """
    assert (MONEY.write(153.727e9).en, MONEY.write(153.727e9).zh) == ("153.73 bn CNY/a", "1,537.3 亿元/年")
    assert (ENERGY.write(168.78e6).en, ENERGY.write(168.78e6).zh) == ("168.78 TWh/a", "1,687.8 亿千瓦时/年")
    assert (EMISSIONS.write(119.94e6).en, EMISSIONS.write(119.94e6).zh) == ("119.94 Mt CO₂/a", "11,994 万吨 CO₂/年")
    column = POWER.scaled([1555.1, 255.0, 0.04])
    assert [column.number(value).en for value in (1555.1, 255.0, 0.04)] == ["1,555", "255", "0"]
    assert MONEY.change(1e9, 1e9 * (1 + 1e-12)).en == "0"
    assert MONEY.change(1.5e9, 2e9).en == "−0.50 bn CNY/a"
    assert [plain(value) for value in (0.0, 0.01234, -7.0, 12345.6)] == ["0", "0.0123", "−7", "12,346"]
    assert points(-0.123).zh == "−12.3 个百分点"
    assert plain(float("1e-9")) == "0.00"


def test_the_page_opens_in_the_language_that_is_spoken(world_plan: Results) -> None:
    """The language of the command is the one the page shows first; the texts of both are the same pages otherwise.

    Sensitivity: a number or name that was fixed in the language of the writer.
    """
    english = page_of(world_plan)
    try:
        speak("zh")
        chinese = page_of(world_plan)
    finally:
        speak("en")
    assert read_page(english).all("html")[0].attributes["lang"] == "en"
    assert read_page(chinese).all("html")[0].attributes["lang"] == "zh-CN"
    for language in ("en", "zh-CN"):
        one, other = (read_page(text).all("main")[0] for text in (english, chinese))
        without = [
            [n.text(language) for n in tree.every() if n.tag in {"td", "th", "p", "h2", "dd"}] for tree in (one, other)
        ]
        assert without[0] == without[1]


def test_the_library_is_the_one_its_readme_names() -> None:
    """The cut of ECharts is, to the byte, the one whose making is written down, and has its licences beside it.

    Sensitivity: a library exchanged without its page.
    """
    folder = Path(planner.__file__).parent / "views" / "report" / "echarts"
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert hashlib.sha256((folder / "echarts.js").read_bytes()).hexdigest() in readme
    assert {"LICENSE.txt", "NOTICE.txt", "LICENSE-zrender.txt", "LICENSE-d3.txt"} <= {p.name for p in folder.iterdir()}
