"""Of a run of several years the one that is asked for, by its stage, its future, or both."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from planner.errors import UsageError, shown
from planner.language import say

if TYPE_CHECKING:
    from planner.io.results.results import Results


@dataclass(frozen=True)
class Year:
    """Which year is asked for; empty: any, of which the last stage and the likeliest future are taken."""

    stage: str = ""
    future: str = ""

    def of(self, results: Results) -> Results:
        """Return a run whose map and page of one year show the year that is asked for."""
        if not self.stage and not self.future:
            return results
        cases = results.scenario.cases
        name = results.scenario.name
        for option, asked, known in (
            ("--stage", self.stage, dict.fromkeys(case.stage for case in cases if case.stage)),
            ("--future", self.future, dict.fromkeys(case.future for case in cases if case.future)),
        ):
            if asked and not known:
                raise UsageError(say("{option}: {name} has none", option=option, name=shown(name)))
            if asked and asked not in known:
                raise UsageError(
                    say(
                        "{option} {asked}: {name} has {known}",
                        option=option,
                        asked=shown(asked),
                        name=shown(name),
                        known=", ".join(known),
                    )
                )
        told = zip(cases, results.summary["cases"], strict=True)
        planned = [case for case, one in told if "objective" in one]
        here = [case for case in planned if self.stage in ("", case.stage) and self.future in ("", case.future)]
        if not here:
            raise UsageError(
                say("there is no plan of {case}", case=shown("/".join(filter(None, (self.stage, self.future)))))
            )
        return replace(results, chosen=max(here, key=lambda case: (case.year, case.probability)))


def suffix_of(results: Results) -> str:
    """Return what the name of a figure says of the year that was chosen; nothing where none was."""
    case = results.chosen
    return "" if case is None else "".join(f"-{part}" for part in (case.stage, case.future) if part)
