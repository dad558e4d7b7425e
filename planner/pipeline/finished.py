"""What may be done with a finished run: read it, draw it again, audit it again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.cases.audit import audit_cases
from planner.cases.summary import summarise_cases
from planner.errors import AuditDisagreedError, UsageError, shown
from planner.io.files.writing import writing
from planner.io.results.read_run import changed_files
from planner.io.results.read_run import read_results as read_run
from planner.language import join, say
from planner.models.algebra.own import sentences
from planner.models.audit import audit, summarise
from planner.models.claims import Claims, audit_claims
from planner.models.declarations import declarations
from planner.models.guests import sentences as guests_said
from planner.models.rules.findings import Finding
from planner.progress import working_on
from planner.views.drawing import draw, write_page
from planner.views.stage_figures import draw_years
from planner.views.years.chosen import Year, suffix_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.io.results.results import Results
    from planner.language import Message

LAST = Year()
"""Nobody asked for a year."""
THE_REST = say("the tables of the run are as they were")


def read_results(run_path: str | Path) -> Results:
    """Read a finished run from its folder.

    Raises
    ------
    InvalidInputError
        The folder is no complete run.
    """
    return read_run(Path(run_path), declarations())


def redraw(run_path: Path, *, layers: Sequence[str] = (), year: Year = LAST, **drawing: Any) -> list[Path]:
    """Draw the map of a finished run again, in its folder; of one of several stages their figures as well.

    Where a year is asked for, its map alone is drawn, in files of its own.
    """
    results = year.of(read_results(run_path))
    with writing(run_path, THE_REST):
        if results.chosen is not None:
            return draw(results, run_path, layers=layers, stem=f"map{suffix_of(results)}", **drawing)
        return [*draw(results, run_path, layers=layers, **drawing), *draw_years(results, run_path, **drawing)]


def rewrite_report(
    run_path: Path, *, baseline: Path | None = None, basemap: Path | None = None, year: Year = LAST
) -> Path:
    """Write the report of a finished run again, in its folder; what it says of one year is of the year asked for."""
    results, other = year.of(read_results(run_path)), None if baseline is None else year.of(read_results(baseline))
    with writing(run_path, THE_REST):
        return write_page(results, run_path, baseline=other, basemap=basemap)


def _claims_differ(results: Results) -> list[Finding]:
    """Hold what a run says of itself against its tables, and its manifest against its summary."""
    manifest, scenario = results.manifest, results.scenario
    try:
        asked = manifest.get("solver", {}).get("asked", {}).get("mip_gap", 0.0)
        claims = Claims.of_summary(results.summary, float(asked))
        known = summarise_cases if scenario.cases else summarise
        found = list(audit_claims(claims, known(scenario, results.tables), scenario))
    except (TypeError, ValueError, AttributeError, KeyError) as error:
        return [Finding("summary", "claims", say("cannot be checked: {error}", error=repr(error)))]
    heads = [key for key in ("status", "objective", "bound", "gap") if manifest.get(key) != results.summary.get(key)]
    return found + [Finding("manifest", key, say("is not what the summary says")) for key in heads]


def audit_run(run_path: Path, *, bound: bool = False) -> Message:
    """Check a finished run again, from its files alone."""
    results = read_run(Path(run_path), declarations(), changed_allowed=True)
    working_on(say("auditing"))
    own = results.manifest.get("own_rules") or {}
    taken_out = tuple(own.get("taken_out") or ())
    findings = _findings(results, taken_out)
    lines = [finding.said() for finding in findings if finding.rule not in taken_out]
    if not lines and "own_objective" not in results.summary:
        lines = [finding.said() for finding in _claims_differ(results)]
    lines += [say("{name} is not the file that was written", name=name) for name in changed_files(run_path)]
    if results.scenario.content_hash != results.manifest["content_hash"]:
        lines.append(say("the scenario in the run folder is not the one that was solved"))
    proved = None
    if bound and own:
        raise UsageError(
            say(
                "{run_path}: this run has rules of one's own, which stand in no file: its bound cannot be proved anew; "
                "audit it without --bound",
                run_path=run_path,
            )
        )
    if bound:
        from planner.pipeline.bound_audit import prove_run  # noqa: PLC0415 - Pyomo is slow to import and not always needed

        proved = prove_run(results, Path(run_path))
        lines += proved.findings
    if lines:
        raise AuditDisagreedError(shown(run_path), lines)
    told = _confirmed(run_path, [*sentences(own), *(finding.said() for finding in findings)] if own else [])
    others = guests_said(results.manifest.get("guest_features") or ())
    told = join([told, *("  " + one + "\n" for one in others)], "")
    return told if proved is None else join([told, proved.told], "") + "\n"


def _findings(results: Results, taken_out: tuple[str, ...]) -> list[Finding]:
    if results.scenario.cases:
        return audit_cases(results.scenario, results.tables, results.summary)
    return audit(results.scenario, results.tables, results.summary, taken_out=taken_out)


def _confirmed(run_path: Path, mine: list[Message]) -> Message:
    """Say what the audit confirms, and what it leaves out because it is the user's own."""
    if not mine:
        return say("{run_path}: the audit confirms every rule and cost\n", run_path=run_path)
    return say(
        "{run_path}: the audit confirms every rule and cost of the scenario, but for\n  {mine}\n",
        run_path=run_path,
        mine=join(mine, "\n  "),
    )
