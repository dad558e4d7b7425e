"""What the plan may be trusted for: which inputs are illustrative, what was audited, how it was found."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from planner.language import Message, Named, Text, join, say, say_as, written
from planner.views.page.elements import Child, element, table
from planner.views.page.numbers import MONEY, RATIO, ROUNDING, per_cent, plain
from planner.views.page.search_figure import figure

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any
    from xml.etree.ElementTree import Element

    import pandas as pd

    from planner.views.report.subject import Subject

HUNDREDTHS = 1e4
"""Of a gap, in which it is shown: of a per cent."""
SOURCE = "source"
ILLUSTRATIVE = "illustrative"
SOURCE_COLUMNS = ("table", "key", "column", "confidence", "source", "date", "licence", "note")
SET_ASIDE_SHOWN_MAX = 10
ECHARTS = "Apache ECharts 6.1.0 (Apache-2.0), zrender 6.1.0 (BSD-3-Clause)"


def inputs_section(subject: Subject) -> Element:
    """Return the section on the inputs: how many are illustrative, and the source of each."""
    share = subject.results.manifest.get("illustrative_share")
    table_of_sources = subject.scenario.tables.get(SOURCE)
    if share is None:
        text = say("The scenario has no source.csv: nothing is known of where its numbers come from.")
    else:
        text = say(
            "{share} of the numbers read are illustrative: estimates of the scenario's author, not published values.",
            share=per_cent(share),
        )
    parts: list[Child] = [element("p", text, class_="warning" if share or share is None else None)]
    if table_of_sources is not None and not table_of_sources.empty:
        parts += [_counts(subject, table_of_sources), _sources(subject, table_of_sources)]
    return element(
        "section",
        element("h2", say("Inputs, and which are illustrative"), id_="inputs"),
        parts,
        aria_labelledby="inputs",
    )


def _cells(found: pd.DataFrame) -> pd.DataFrame:
    """Return the columns of the sources, those that a scenario leaves out empty."""
    return found.reindex(columns=list(SOURCE_COLUMNS)).fillna("").astype(str)


def _counts(subject: Subject, found: pd.DataFrame) -> Element:
    """Return, by table, which columns are illustrative at least in part, and which are not."""
    rows = []
    for name, cells in _cells(found).groupby("table", sort=False):
        doubtful = list(dict.fromkeys(cells["column"][cells["confidence"] == ILLUSTRATIVE]))
        others = [column for column in dict.fromkeys(cells["column"]) if column not in doubtful]
        rows.append(
            [
                subject.word(str(name)),
                join(subject.word(column) for column in doubtful),
                join(subject.word(column) for column in others),
            ]
        )
    head = [say("Table"), say("Illustrative, in whole or in part"), say("With a source throughout")]
    return table(say("Inputs by table"), head, rows)


def _sources(subject: Subject, found: pd.DataFrame) -> Element:
    text = say("All {count} statements of source", count=len(found))
    head = [
        say("Table"),
        say("Row"),
        say("Column"),
        say("Confidence"),
        say("Source"),
        say("Date"),
        say("Licence"),
        say("Note"),
    ]
    rows = [
        [subject.word(row[0]), row[1], subject.word(row[2]), subject.word(row[3]), *row[4:]]
        for row in _cells(found).itertuples(index=False, name=None)
    ]
    return element("details", element("summary", text), table(text, head, rows))


def audit_section(subject: Subject) -> Element:
    """Return the section on the audit and on how the plan was found."""
    audit = subject.results.manifest.get("audit") or {}
    findings: Sequence[Text] = audit.get("findings") or ()
    others = {one["feature"] for one in subject.results.manifest.get("guest_features") or ()}
    own_features = [name for name in subject.scenario.features if name not in others]
    checked = join(subject.word(name) for name in [*own_features, "objective"])
    text = say(
        "Every rule and every cost of these features was computed again from the input and result tables, by code that "
        "knows neither the model nor the solver: {checked}.",
        checked=checked,
    )
    verdict: Child = element("p", say("Findings: none."), class_="good")
    if findings or not audit.get("agreed", False):
        verdict = [element("p", say("The audit disagrees:"), class_="warning")]
        verdict.append(element("ul", [element("li", finding) for finding in findings]))
    notes = subject.results.manifest.get("notes")
    noted = element("ul", [element("li", note) for note in notes]) if notes else None
    return element(
        "section",
        element("h2", say("Audit and origin"), id_="audit"),
        element("p", text),
        verdict,
        _own(subject),
        _guests(subject.results.manifest),
        [element("h3", say("Notes"), id_="notes"), noted] if noted is not None else None,
        _origin(subject),
        figure(subject.results.manifest),
        _hashes(subject),
        aria_labelledby="audit",
    )


def _own(subject: Subject) -> Element | None:
    """Return what of the plan is the user's own, and so not audited; nothing where nothing is."""
    manifest = subject.results.manifest
    own = manifest.get("own_rules") or {}
    names = {
        "rules": say("Rules"),
        "variables": say("Variables"),
        "changes": say("Limits of variables"),
        "taken_out": say("Rules of the planner taken out or changed"),
    }
    rows: list[list[Child]] = [[text, "; ".join(map(str, own[key]))] for key, text in names.items() if own.get(key)]
    if own.get("changes_more"):
        rows.append([say("Further limits"), plain(float(own["changes_more"]))])
    if aim := subject.summary.get("own_objective"):
        value = plain(float(aim["value"])) if aim.get("value") is not None else "–"
        rows.append([say("Minimised"), f"{aim['name']} = {value}"])
    rows += [[say("Broken by the user's wish"), one] for one in _set_aside(manifest)]
    if not rows:
        return None
    caption = say("The user's own: solved, but not audited")
    return element("div", table(caption, [say("What"), say("Name")], rows), class_="warning")


def _guests(manifest: Mapping[str, Any]) -> Element | None:
    """Return whose the features of other packages are; nothing where all are the planner's."""
    listed = manifest.get("guest_features") or ()
    if not listed:
        return None
    caption = say("Features that are not part of the planner, audited by their own package alone")
    head = [say("Feature"), say("Package"), say("Version")]
    rows: list[list[Child]] = [[one["feature"], one["package"], one["version"]] for one in listed]
    return element("div", table(caption, head, rows), class_="warning")


def _set_aside(manifest: Mapping[str, Any]) -> list[Text]:
    """Return what the audit found under rules that the user took out, of many the first."""
    return list((manifest.get("audit") or {}).get("set_aside") or ())[:SET_ASIDE_SHOWN_MAX]


def gap_text(gap: float | None) -> Message:
    """Return a gap in per cent, rounded up; a run stopped early may have proved no bound, and so have none."""
    if gap is None or not math.isfinite(gap):
        return per_cent(gap, 2)
    return per_cent(max(math.ceil((gap - ROUNDING) * HUNDREDTHS), 0) / HUNDREDTHS, 2)


def _proof_text(subject: Subject) -> Message:
    """Say whose word the bound is; of our own how it was proved, of the solver's why it is no more."""
    proof = subject.results.manifest.get("proof") or {}
    if proof.get("by") == "planner" and proof.get("leaves"):
        return say(
            "{whose}: reckoned anew in safe arithmetic, from {leaves} parts of the search",
            whose=subject.whose,
            leaves=proof["leaves"],
        )
    why = proof.get("why") or ""
    if not why:
        return subject.whose
    return say("{whose}: {why}", whose=subject.whose, why=Named(written(why), proof.get("why_zh", written(why))))


def _origin(subject: Subject) -> Element:
    manifest, summary = subject.results.manifest, subject.summary
    settings = subject.scenario.settings
    own = summary.get("own_objective")
    unit = MONEY if settings.minimise == "cost" and not own else RATIO
    unique = {True: say("no other plan is as good"), False: say("another plan may be as good")}
    rows: list[list[Child]] = [
        [say("Status"), subject.word(str(summary["status"]))],
        [say("Minimised"), own["name"] if own else subject.word(settings.minimise)],
        [say_as("of the objective", "Value"), unit.write((own or summary).get("value" if own else "objective"))],
        [say("Bound"), unit.write((own or summary).get("bound"))],
        [say("Gap"), gap_text(summary.get("gap"))],
        [say("Bound and gap are"), _proof_text(subject)],
        [say("Unique"), unique.get(manifest.get("is_unique"), say("not known"))],  # type: ignore[arg-type]
        [say("Model"), _sizes(summary.get("counts") or {})],
        [say("Solver"), _solver(subject)],
        [say("Planner"), str(manifest["versions"]["east-data-west-compute-planner"])],
        [say("Solved at (UTC)"), str(manifest.get("started", "–"))],
        [say("Changed on the command line"), "; ".join(map(str, manifest.get("overrides") or ())) or "–"],
        [say("Drawn with"), ECHARTS],
    ]
    return table(say("How the plan was found"), [say("What"), say("Value")], rows)


def _sizes(counts: Mapping[str, float]) -> Message:
    """Return how large the model is."""
    numbers = {name: plain(float(counts[name])) for name in ("rows", "columns", "integers") if name in counts}
    texts = {
        "rows": say("{number} rows", number=numbers.get("rows")),
        "columns": say("{number} columns", number=numbers.get("columns")),
        "integers": say("{number} integers", number=numbers.get("integers")),
    }
    return join(texts[name] for name in numbers)


def _solver(subject: Subject) -> Text:
    """Say which solver it was; of a plan that was solved outside nobody told."""
    if subject.summary.get("solved_outside"):
        return say("outside the planner, by one of the user's")
    solver = subject.results.manifest.get("solver") or {}
    return f"{solver.get('solver', '–')} {solver.get('version', '')}"


def _hashes(subject: Subject) -> Element:
    manifest = subject.results.manifest
    text = say("Hashes of the inputs (SHA-256)")
    rows: list[list[Child]] = [[say("the scenario as read"), str(manifest["content_hash"])]]
    rows += [[name, str(value)] for name, value in sorted((manifest.get("inputs") or {}).items())]
    listed = table(text, [say("File"), "SHA-256"], rows)
    return element("details", element("summary", text), listed, class_="hashes")
