"""The search over what is built and what rows that link pay, round after round, until plan and bound meet.

1. A sample of the periods is solved together: what it builds and pays is where the search begins.
2. Every round asks all periods (``period.py``). The mixture of all plans so far (``mixture.py``) is a plan of the
   whole and gives the next prices; the planes of all rounds (``guide.py``) say what to build next; together they prove
   a bound (``bound.py``).
3. Once plan and bound are near, the mixture is taken with whole integers, and the rounds go on about these. Where there
   are many planes, whole numbers are held for some rounds: all plans of a mixture must then fit into the same halls.

Every bound is proved in the end from prices of all rows, in safe arithmetic, by whoever asked (``proof/``).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.models.solving.apart.asking.period import Question
from planner.models.solving.apart.bound import Bound, bound_of
from planner.models.solving.apart.box import Box
from planner.models.solving.apart.guide import Guide, is_search_long
from planner.models.solving.apart.inside import Inside
from planner.models.solving.apart.mixture import Bases, Mixed, Mixture
from planner.models.solving.apart.rounds import Rounds
from planner.models.solving.highs.progress import tell

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from planner.models.solving.apart.asking.period import Reply
    from planner.models.solving.apart.asking.periods import Periods
    from planner.models.solving.highs.exchange import Clock, Vector

ROUNDS_MAX = 200
"""Then the search ends with what it has."""
RELAXED_SHARE = 0.85
"""Of the gap asked for: how near plan and bound come before integers are made whole."""
IDLE_MAX = 8
"""Rounds with whole integers in a row that make the plan no better: then the rest is the integers' own."""
BETTER = 0.02
"""Of the gap asked for: a plan that is better by less is no better."""
BOUND_EVERY = 3
"""Rounds between bounds."""
WHOLE_EVERY = 12
"""Rounds between plans with whole integers, as long as the mixture without is far from the bound."""
STUCK_MAX = 6
"""Rounds that bring plan and bound no nearer; then all are asked where the planes are lowest, at the bound's prices."""
NEARER = 0.01
"""Of the gap between plan and bound: by less they are no nearer."""
PACE_ROUNDS = 6
"""Rounds whose pace says how long it still takes."""
PROOF_SECONDS_MIN = 5.0
"""[s] that a bound may always take: as long as steps 2 and 3 of the joint way (``exchange.POLISH_SECONDS_MIN``)."""
RECENT = 4
"""So many of the last points, and that of the mixture, are candidates for the centre."""
PROVED = 0.95
"""Of the gap asked for: what safe arithmetic may take away from the bound."""


@dataclass
class Found:
    """What the search has.

    Attributes
    ----------
    bound
        What is proved, without integers.
    relaxed, whole
        The best mixtures without and with whole integers.
    """

    rounds: Rounds
    bound: Bound | None = None
    relaxed: Mixed | None = None
    whole: Mixed | None = None
    story: list[dict[str, Any]] = field(default_factory=list)

    def gap(self, mixed: Mixed | None) -> float:
        """Return what a mixture may cost too much, of its cost."""
        if mixed is None or self.bound is None or not np.isfinite(mixed.cost):
            return float("inf")
        return (mixed.cost - self.bound.value) / abs(mixed.cost)


@dataclass(frozen=True)
class _At:
    """Where to ask: what is built, (links,), at which prices, (rows that link,), and the centre it is near to."""

    built: Vector
    prices: Vector
    centre: Vector


class Search:
    """A search.

    Parameters
    ----------
    ask
        Asks all periods a question; fewer answers than periods where time is up.
    folder
        Where rounds are left, and found again.
    use_max
        (periods, rows that link) what each period uses of each row at most, of either sign.
    gap
        Relative: what ends the search.
    on_plan
        Called with what was found whenever the plan is better.
    """

    def __init__(
        self,
        periods: Periods,
        ask: Callable[[Question], Sequence[Reply]],
        folder: Path,
        *,
        use_max: Vector,
        penalty: float,
        gap: float,
        clock: Clock,
        on_plan: Callable[[Found], None],
    ) -> None:
        self._periods, self._ask, self._folder = periods, ask, folder
        self._penalty, self._gap, self._clock, self._on_plan = penalty, gap, clock, on_plan
        self.found = Found(Rounds(periods))
        self._use_max = self.found.rounds.of_groups(use_max)
        self._latest: Bound | None = None  # of the last proof: not always the highest, but with all planes
        self._nearest, self._stuck, self._bases = float("inf"), 0, Bases()
        arrays, links = periods.arrays, periods.links
        self._is_integer = arrays.is_integer[links]
        self._has_integers = bool(self._is_integer.any())
        self._inside = Inside()
        self._own = self._limits = arrays.column_lower[links], arrays.column_upper[links]
        self._held_cost, self._before_held = float("inf"), float("inf")
        self._is_whole_wanted, self._idle = False, 0

    def run(self, built: Vector, prices: Vector) -> Found:
        """Search from a first point and first prices until the gap, the rounds or the time are used up."""
        box, at = Box(prices), _At(built, prices, built)
        while len(self.found.rounds) < ROUNDS_MAX and self._round(at.built, at.prices):
            mixture = Mixture(self.found.rounds, self._bases, self._limits)
            priced = mixture.priced(box.middle, box.width, self._clock.left)
            self._take(mixture)
            if self._has_ended(mixture) or priced is None:
                break
            following = self._following(priced, at)
            if following is None:
                break
            self._move(box, mixture)
            self._inside.took(self.found.rounds)
            inside = self._inside.moved(
                following.built, following.prices, self.found.rounds, whole=self._is_whole_wanted
            )
            at = replace(following, built=inside)
        self._limits = self._own
        self._prove()
        return self.found

    def _move(self, box: Box, mixture: Mixture) -> None:
        """Widen or narrow the boxes of prices, and put their middle where the last proof has them."""
        box.adapt(mixture.breaks)
        if self._latest is not None:
            box.middle = np.where(self._periods.summed_rows, self._latest.prices, 0.0)

    def _take(self, mixture: Mixture) -> None:
        """Keep what a round has brought, prove what all have, and say how far the search is."""
        before, is_due = self._plan_cost, len(self.found.rounds) % BOUND_EVERY == 0
        self._mix(mixture, whole=self._is_whole_wanted or self._is_plan_due(is_due=is_due))
        self._idle = self._idle + 1 if self._is_whole_wanted and not self._is_better(before) else 0
        if is_due or (self._is_whole_wanted and not self._is_held):
            self._prove()
        self._tell()

    def _has_ended(self, mixture: Mixture) -> bool:
        """Whether plan and bound are near enough; once they are so without whole integers, these are sought."""
        if not self._is_near():
            return False
        if self._is_whole_wanted or not self._has_integers:
            return True
        self._is_whole_wanted = True
        self._keep_whole(mixture.mix(self._clock.left, whole=True))
        return False

    def _following(self, priced: Mixed, at: _At) -> _At | None:
        """Return where to ask next; ``None`` where nothing better is to be had."""
        if self._is_whole_wanted and is_search_long(self.found.rounds):
            if not self._is_held or self._idle >= IDLE_MAX or self._is_in_vain():
                return self._hold(priced)
        elif self._idle >= IDLE_MAX:
            return None
        if (not self._is_whole_wanted or self._is_held) and self._is_stuck():
            self._prove()
            if self._latest is not None:
                prices = np.where(self._periods.summed_rows, self._latest.prices, 0.0)
                return _At(self._latest.built, prices, at.centre)
        return self._next(priced, at.centre)

    @property
    def _is_held(self) -> bool:
        """Whether the rounds go on about whole numbers that are held."""
        return self._limits is not self._own

    @property
    def _plan_cost(self) -> float:
        """Of the plan that is to get better: that of the whole numbers that are held, else the best one."""
        if self._is_held:
            return self._held_cost
        return float("inf") if self.found.whole is None else self.found.whole.cost

    def _hold(self, mixed: Mixed) -> _At | None:
        """Hold the whole numbers that the planes say are best, and return a point with them.

        ``None`` where there is none, or where those held before made the plan no better: the rest is the integers' own.
        """
        if self._is_held and not self._held_cost < self._before_held * (1.0 - BETTER * self._gap):
            return None
        before, self._limits = self._limits, self._own
        guide = Guide(self.found.rounds, mixed.prices, self._own)
        point = guide.following(mixed.built, guide.value(mixed.built), self._clock.left, whole=True)
        if point is None:
            return None
        lower, upper = (np.where(self._is_integer, point, limit) for limit in self._own)
        if np.array_equal(lower, before[0]) and np.array_equal(upper, before[1]):
            return None
        self._before_held, self._held_cost = self._plan_cost, float("inf")
        self._limits, self._latest = (lower, upper), None
        self._nearest, self._stuck, self._idle = float("inf"), 0, 0
        return _At(point, mixed.prices, point)

    def _is_in_vain(self) -> bool:
        """Whether the whole numbers that are held cannot make the plan better, as the last proof says."""
        return self._latest is not None and self._latest.value >= self._before_held * (1.0 - BETTER * self._gap)

    def _round(self, built: Vector, prices: Vector) -> bool:
        """Ask all periods, unless a solve before this one has; say whether all have answered."""
        if self.found.rounds.follow(self._folder, built, prices):
            return True
        question = Question(len(self.found.rounds), built, prices, self._penalty)
        replies = self._ask(question)
        if len(replies) < len(self._periods):
            return False
        self.found.rounds.add(built, prices, replies)
        self.found.rounds.save(self._folder)
        return True

    def _is_plan_due(self, *, is_due: bool) -> bool:
        """Whether a plan with whole integers is to be had in any case: soon the first, later the others."""
        return len(self.found.rounds) % WHOLE_EVERY == 0 or (is_due and self.found.whole is None)

    def _mix(self, mixture: Mixture, *, whole: bool) -> None:
        """Keep the best mixtures; without integers the relaxed one is a plan as it is."""
        if self._is_held:
            held = mixture.few(self._clock.left)
            self._held_cost = min(self._held_cost, float("inf") if held is None else held.cost)
            self._keep_whole(held)
            return
        mixed = mixture.mix(self._clock.left)
        if mixed is not None and (self.found.relaxed is None or mixed.cost <= self.found.relaxed.cost):
            self.found.relaxed = mixed
        if not self._has_integers:
            self._keep_whole(mixed)
        elif whole:
            self._keep_whole(mixture.mix(self._clock.left, whole=True))

    def _keep_whole(self, mixed: Mixed | None) -> None:
        """Keep a plan if there is none as good."""
        known = float("inf") if self.found.whole is None else self.found.whole.cost
        if mixed is not None and mixed.cost < known:
            self.found.whole = mixed
            self._on_plan(self.found)

    def _is_near(self) -> bool:
        """Whether plan and bound are near enough: to end, or for integers to be made whole."""
        ends = self._is_whole_wanted or not self._has_integers
        share = 1.0 if ends else RELAXED_SHARE
        return self.found.gap(self.found.whole if ends else self.found.relaxed) <= PROVED * share * self._gap

    def _is_stuck(self) -> bool:
        """Whether plan and bound have come no nearer for some rounds."""
        gap = self.found.gap(self.found.relaxed)
        if self._is_held:
            proved = self._latest.value if self._latest is not None else float("-inf")
            gap = (self._held_cost - proved) / abs(self._held_cost) if np.isfinite(self._held_cost) else float("inf")
        self._stuck = 0 if gap < (1.0 - NEARER) * self._nearest else self._stuck + 1
        self._nearest = min(self._nearest, gap)
        return bool(np.isfinite(gap)) and self._stuck >= STUCK_MAX

    def _is_better(self, before: float) -> bool:
        now = self._plan_cost
        if not np.isfinite(before):
            return bool(np.isfinite(now))
        return now < before - BETTER * self._gap * abs(before)

    def _prove(self) -> None:
        """Work out what all rounds prove, in a moment even where the time is used up: a plan is to have its bound."""
        if not len(self.found.rounds):
            return
        seconds = max(self._clock.left, PROOF_SECONDS_MIN)
        bound = self._latest = bound_of(self.found.rounds, self._use_max, seconds, self._limits)
        if self._is_held or bound is None:
            return
        if self.found.bound is None or bound.value > self.found.bound.value:
            self.found.bound = bound

    def _next(self, priced: Mixed, centre: Vector) -> _At | None:
        """Return the point of the level method, at the prices of the mixture."""
        rounds = self.found.rounds
        guide = Guide(rounds, priced.prices, self._limits)
        candidates = [priced.built, *rounds.built[-RECENT:], centre]
        if self._is_held:
            candidates = [built for built in candidates if self._fits(built)]
        elif self._is_whole_wanted:
            whole = [self.found.whole.built] if self.found.whole is not None else []
            candidates = [*whole, *(built for built in candidates if self._is_whole(built))]
        if not candidates:
            candidates = [priced.built]
        values = [guide.value(candidate) for candidate in candidates]
        best = int(np.argmin(values))
        is_sought = self._is_whole_wanted and not self._is_held
        built = guide.following(candidates[best], values[best], self._clock.left, whole=is_sought)
        return None if built is None else _At(built, priced.prices, candidates[best])

    def _fits(self, built: Vector) -> bool:
        """Whether a point has the whole numbers that are held."""
        return np.array_equal(built[self._is_integer], self._limits[0][self._is_integer])

    def _is_whole(self, built: Vector) -> bool:
        integers = built[self._is_integer]
        return bool((integers == np.round(integers)).all())

    def _tell(self) -> None:
        """Say how far the search is, for the log and for whoever waits."""
        found, number = self.found, len(self.found.rounds)
        plan = found.whole  # a mixture without whole integers is none: it may cost less than any
        cost = plan.cost if plan is not None else float("inf")
        bound = found.bound.value if found.bound is not None else float("-inf")
        entry = {"round": number, "seconds": round(self._clock.spent, 1), "bound": bound, "plan": cost}
        found.story.append({key: value if np.isfinite(value) else None for key, value in entry.items()})
        gap = found.gap(plan)
        told = f"{100 * gap:.3f}" if np.isfinite(gap) else "unknown"
        relaxed = found.gap(found.relaxed)
        near = f"{100 * relaxed:.3f}" if np.isfinite(relaxed) else "unknown"
        left = seconds_left(found.story, PROVED * self._gap)
        pace = f"about {left:.0f} s left" if np.isfinite(left) else "no pace yet"
        tell(f"Round {number}: bound {bound:.6e}, plan {cost:.6e}, gap {told} %, without integers {near} %, {pace}")


def seconds_left(story: Sequence[Mapping[str, Any]], gap: float) -> float:
    """Return how long it takes until plan and bound are so near, if they go on to come nearer as they did of late.

    Over the last ``PACE_ROUNDS`` rounds the gap shrank by some factor a round; infinite where it did not, or where too
    few rounds had both.
    """
    known = [
        (entry["seconds"], (entry["plan"] - entry["bound"]) / abs(entry["plan"]))
        for entry in story[-PACE_ROUNDS:]
        if entry["plan"] and entry["bound"] is not None and entry["plan"] > entry["bound"]
    ]
    if len(known) < PACE_ROUNDS:
        return float("inf")
    (begin, first), (now, last) = known[0], known[-1]
    if last <= gap:
        return 0.0
    pace = np.log(first / last) / (now - begin) if now > begin else 0.0
    return float(np.log(last / gap) / pace) if pace > 0.0 else float("inf")
