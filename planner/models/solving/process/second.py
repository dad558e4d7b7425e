"""A second opinion before anybody hears "there is no plan" or "the objective falls without end".

HiGHS has said "infeasible" of problems that have a plan (a limit of 9999999 before a binary), and an ill-conditioned
programme may end as anything. So either word is held back until it is shown:

* by Farkas' lemma, in our own arithmetic, with the prices HiGHS gives for the relaxation (``farkas.py``): a proof; or
* by solving again without presolve, scaled otherwise, with tighter tolerances (``options.CAREFUL``); a large problem
  with presolve, since without it a few seconds would become minutes.

A plan that comes to light is taken, judged and audited like any other, with a warning. Two words that contradict each
other, and no plan, are an error of the solver's and no property of the scenario. Where there is no time for a second
word the first one stands, and a warning says so.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal, TypeVar

import numpy as np

from planner.language import Message, Text, rendered, say
from planner.models.solving.highs.exchange import Clock
from planner.models.solving.highs.highs import Programme
from planner.models.solving.highs.options import LARGE
from planner.models.solving.highs.progress import tell
from planner.models.solving.large import dive
from planner.models.solving.process import stages
from planner.models.solving.process.stages import Polish, Search
from planner.models.solving.proof.farkas import proves_none

if TYPE_CHECKING:
    from planner.models.solving.highs.exchange import Arrays, Request
    from planner.models.solving.highs.highs import OnIncumbent

Found = TypeVar("Found", Search, Polish)

SECONDS_MIN = 5.0
"""[s] that a second opinion may always take, even where the limit is used up (``solve.DEADLINE_GRACE`` is more)."""
SECONDS_MOST = 30.0
SHARE = 0.5
"""Of what the first word took: a second one may take this long, or ``SECONDS_MOST`` if that is more, and no longer."""
DOUBTED = ("infeasible", "unbounded")
Word = Literal["proved", "agreed", "unfinished", "plan", "contradicted"]
"""What became of the first word; for the manifest."""


def on_search(arrays: Arrays, request: Request, clock: Clock, on_incumbent: OnIncumbent, first: Search) -> Search:
    """Return what is to be believed of a search that found no plan."""
    careful, time = replace(request, is_careful=True), _time(clock)
    if first.state == "infeasible":
        if _is_proved(arrays, request, time, first.relaxed):
            return _said(first, "proved")
        if dive.relaxed(arrays, careful, time, np.zeros(arrays.columns)).run(time.left) == "infeasible":
            return _said(first, "agreed")
    _tell(first.reason)
    again = stages.search_integers(arrays, careful, time, on_incumbent)
    return _settled(first, again, has_plan=again.values is not None)


def on_polish(arrays: Arrays, request: Request, clock: Clock, first: Polish) -> Polish:
    """Return what is to be believed of a linear programme that found no plan."""
    programme, time = first.programme, _time(clock)
    if first.state == "infeasible" and first.values is None and programme is not None and _holds(programme, time):
        return _said(first, "proved")
    _tell(first.reason)
    again = stages.polish(arrays, replace(request, is_careful=True), time, None)
    if first.values is not None and not again.is_complete:  # the plan of an earlier stage that could not be held
        return replace(first, state="error", reason="an earlier stage could not be held")
    return _settled(first, again, has_plan=again.is_complete)


def after_rounding(arrays: Arrays, request: Request, clock: Clock, on_incumbent: OnIncumbent, first: Search) -> Search:
    """Search again where a plan's integers, made whole, leave no plan: they were whole to 1e-6 of a limit of 1e7."""
    _tell("kInfeasible with the integers made whole")
    again = stages.search_integers(arrays, replace(request, is_careful=True), _time(clock), on_incumbent)
    said = say(
        "the integers HiGHS found were whole within its tolerance only, and made whole they keep not all the rules: "
        "solved again to tighter ones"
    )
    return replace(again, second_opinion="plan", warnings=[*first.warnings, said])


def _is_proved(arrays: Arrays, request: Request, time: Clock, relaxed: Programme | None) -> bool:
    """Whether the relaxation alone has no plan, and a proof of it holds."""
    if arrays.columns >= LARGE:
        return False
    if relaxed is not None and relaxed.status == "kInfeasible":
        return _holds(relaxed, time)
    programme = Programme(arrays, request, with_integers=False)
    return programme.run(time.left) == "infeasible" and _holds(programme, time)


def _holds(programme: Programme, time: Clock) -> bool:
    """Whether the prices with which HiGHS shows that there is no plan are a proof; of a large problem none are asked.

    Where presolve saw it, HiGHS solves anew for them, without presolve: for a year of hours 410 s after 7.
    """
    ray = programme.dual_ray(time.left) if programme.arrays.columns < LARGE else None
    return ray is not None and proves_none(programme.arrays, ray)


def _time(clock: Clock) -> Clock:
    """Return a clock with the seconds a second opinion may take."""
    return Clock(max(SECONDS_MIN, min(clock.left, max(SECONDS_MOST, SHARE * clock.spent))))


def _settled(first: Found, again: Found, *, has_plan: bool) -> Found:
    """Return which of two words stands."""
    if has_plan:
        return _said(again, "plan", first)
    if again.state == first.state:
        return _said(first, "agreed")
    if again.state in ("time_limit", "error"):
        return _said(first, "unfinished")
    return _said(first, "contradicted", again)


def _said(found: Found, word: Word, other: Found | None = None) -> Found:
    """Return a result with what became of the first word, and what the user is told of it."""
    found = replace(found, second_opinion=word)
    if other is None or word in ("proved", "agreed"):
        return found if word != "unfinished" else replace(found, warnings=[*found.warnings, _unfinished(found.reason)])
    if word == "plan":
        return replace(found, warnings=[*found.warnings, _mistaken(other.reason)])
    reason = say("{one}, then {other}", one=found.reason, other=other.reason)
    return replace(found, state="error", reason=reason)


def _mistaken(reason: Text) -> Message:
    return say(
        "HiGHS first said {reason}, which is wrong: solved again without presolve, scaled otherwise, it found a plan; "
        "look for limits and prices far larger than all others",
        reason=reason,
    )


def _unfinished(reason: Text) -> Message:
    return say("{reason} is the solver's word alone: there was no time to cross-check it", reason=reason)


def _tell(reason: Text) -> None:
    tell(f"{rendered(reason)}: a second opinion, without presolve and scaled otherwise")
