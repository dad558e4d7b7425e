"""What may be done with a finished run: read it, draw it again, audit it again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.errors import AuditDisagreedError, CannotWriteError, shown
from planner.io.read_run import changed_files
from planner.io.read_run import read_results as read_run
from planner.models.audit import audit
from planner.models.declarations import declarations
from planner.run import draw

if TYPE_CHECKING:
    from planner.io.results import Results


def read_results(run_path: str | Path) -> Results:
    """Read a finished run from its folder.

    Raises
    ------
    InvalidInputError
        The folder is no complete run.
    """
    return read_run(Path(run_path), declarations())


def redraw(run_path: Path, **drawing: Any) -> list[Path]:
    """Draw the map of a finished run again, in its folder."""
    results = read_results(run_path)
    try:
        return draw(results, run_path, **drawing)
    except OSError as error:
        raise CannotWriteError(f"cannot write the map into {shown(run_path)}: {error.strerror}") from None


def audit_run(run_path: Path) -> str:
    """Check a finished run again, from its files alone.

    Returns
    -------
    str
        A sentence for the user.

    Raises
    ------
    AuditDisagreedError
        Naming every number that is not confirmed.
    """
    results = read_run(Path(run_path), declarations(), changed_allowed=True)
    findings = audit(results.scenario, results.tables, results.summary)
    lines = [str(finding) for finding in findings]
    lines += [f"{name} is not the file that was written" for name in changed_files(run_path)]
    if results.scenario.content_hash != results.manifest["content_hash"]:
        lines.append("the scenario in the run folder is not the one that was solved")
    if lines:
        raise AuditDisagreedError(shown(run_path), lines)
    return f"{run_path}: the audit confirms every rule and cost\n"
