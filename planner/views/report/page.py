"""The page: all sections, the map's data, styles and scripts in one file that asks for nothing else."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from planner.io.files.writing import draft_of
from planner.language import Message, rendered, say, spoken
from planner.views.page.elements import TAGS, element, to_html
from planner.views.page.numbers import per_cent
from planner.views.report import (
    controls,
    deciding,
    destinations,
    headline,
    network,
    new_build,
    prices,
    spending,
    trust,
)
from planner.views.report.explorer import explore
from planner.views.report.script_texts import texts
from planner.views.report.subject import Subject, title_of
from planner.views.years import section as years

if TYPE_CHECKING:
    from pathlib import Path
    from xml.etree.ElementTree import Element


REPORT: Final = "report.html"
STYLES: Final = ("page.css", "print.css")
LIBRARY: Final = "echarts/echarts.js"
SCRIPTS: Final = ("language.js", "filter.js", "map.js", "names.js", "panel.js", "years.js", "main.js")
DANGEROUS: Final = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}
"""What could end a script, or a line of it, too early."""


def write_report(subject: Subject, folder: Path, basemap: Path | None = None) -> Path:
    """Write ``report.html`` into a folder; an earlier one stays until this one is whole."""
    page = make_page(subject, basemap).encode("utf-8", "backslashreplace")
    with draft_of(folder / REPORT) as draft:
        draft.write_bytes(page)
    return folder / REPORT


def make_page(subject: Subject, basemap: Path | None = None) -> str:
    """Return the page as text, in both languages; the one that is spoken is shown first."""
    data = {"texts": texts(subject), **explore(subject, basemap)}
    styles, library, script = _asset(*STYLES), _asset(LIBRARY), _asset(*SCRIPTS)
    title = subject.title
    head = element(
        "head",
        element("meta", charset="utf-8"),
        _policy(styles, library, script),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", rendered(title), data_en=title.en, data_zh=title.zh),
        element("style", styles),
    )
    body = element(
        "body",
        element("a", say("Skip to the contents"), href="#main", class_="skip"),
        _header(subject),
        controls.contents(
            [(chapter.name, chapter.heading) for chapter in destinations.chapters_of(subject)],
            with_network=bool(data["links"]["list"]),
            with_years=subject.years is not None,
        ),
        element("main", _sections(subject, data), id_="main", tabindex="-1"),
        element("footer", element("p", _footer(subject))),
        element("script", in_script(data), type_="application/json", id_="data"),
        element("script", library),
        element("script", script),
    )
    return to_html(element("html", head, body, lang=TAGS[spoken()]))


def in_script(data: Any) -> str:
    """Return data as JSON that is safe inside a script element, whatever texts are in it."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.translate(DANGEROUS)


def _policy(*parts: str) -> Element:
    """Return the policy that lets these styles and scripts be used, and nothing be asked for."""
    styles, *scripts = (
        f"'sha256-{base64.b64encode(hashlib.sha256(part.encode()).digest()).decode()}'" for part in parts
    )
    rules = (
        "default-src 'none'",
        f"style-src {styles}",
        f"script-src {' '.join(scripts)}",
        "base-uri 'none'",
        "form-action 'none'",
    )
    return element("meta", http_equiv="Content-Security-Policy", content="; ".join(rules))


@cache
def _asset(*names: str) -> str:
    """Return files of this folder, one after the other."""
    here = files("planner.views.report")
    return "\n".join(here.joinpath(*name.split("/")).read_text(encoding="utf-8") for name in names)


def _header(subject: Subject) -> Element:
    against = None
    if subject.baseline is not None:
        text = say("Measured against the baseline: {title}.", title=title_of(subject.baseline))
        against = element("p", text)
    share = subject.results.manifest.get("illustrative_share")
    doubt = say("{share} of the input numbers are illustrative.", share=per_cent(share))
    status = subject.summary["status"]
    return element(
        "header",
        element("h1", subject.title),
        element("p", subject.surety, class_="good" if status == "optimal" else "warning"),
        against,
        element("p", element("a", doubt, href="#inputs"), class_="warning") if share else None,
        element("p", element("a", subject.unusual, href="#notes"), class_="warning") if subject.unusual else None,
        controls.languages(),
    )


def _sections(subject: Subject, data: dict[str, Any]) -> list[Element | None]:
    together = None if subject.years is None else years.section(subject.years, subject.word, data["land"])
    return [
        together,
        headline.section(subject),
        deciding.section(subject),
        controls.section(subject, data),
        destinations.section(subject),
        network.section(subject),
        spending.section(subject),
        new_build.section(subject),
        *destinations.chapters(subject),
        prices.section(subject),
        trust.inputs_section(subject),
        trust.audit_section(subject),
    ]


def _footer(subject: Subject) -> Message:
    manifest = subject.results.manifest
    return say(
        "Scenario {scenario}, inputs {hash}, planner {version}. This page works offline and asks for nothing.",
        scenario=subject.scenario.name,
        hash=str(manifest["content_hash"])[:8],
        version=manifest["versions"]["east-data-west-compute-planner"],
    )
