"""How far the solver's process is: the lines by which the planner's own methods tell it, and what lines say of it.

The process prints for its log, which is English; the planner reads the lines and says the same in the user's words.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final

from planner.language import Message, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

TOLD_MAX: Final = 50
"""Of many blocks, about so many are told."""
PHASES: Final[Sequence[tuple[str, Callable[..., Message]]]] = (
    (
        r"Sample of (\d+) of (\d+) (?:blocks|periods)",
        lambda sample, count: say(
            "solving: {sample} of {count} blocks together, as a sample", sample=int(sample), count=int(count)
        ),
    ),
    (
        r"Block (\d+) of (\d+)",
        lambda number, count: say("solving: block {number} of {count}", number=int(number), count=int(count)),
    ),
    (
        r"Box (\d+) about what links the blocks: (\d+) at its sides",
        lambda number, held: say(
            "solving: step {number} of what is built, {held} numbers still to move", number=int(number), held=int(held)
        ),
    ),
    (
        r"Round (\d+): bound (-?[\d.]+e[+-]\d+), plan (-?[\d.]+e[+-]\d+), gap ([\d.]+) %, .*, about (\d+) s left",
        lambda number, bound, plan, gap, left: say(
            "solving: round {number}, bound {bound}, plan {plan}, gap {gap} %, about {minutes} min left at this pace",
            number=int(number),
            bound=bound,
            plan=plan,
            gap=gap,
            minutes=math.ceil(int(left) / 60),
        ),
    ),
    (
        r"Round (\d+): bound (-?[\d.]+e[+-]\d+), plan (-?[\d.]+e[+-]\d+), gap ([\d.]+) %, .*",
        lambda number, bound, plan, gap: say(
            "solving: round {number}, bound {bound}, plan {plan}, gap {gap} %",
            number=int(number),
            bound=bound,
            plan=plan,
            gap=gap,
        ),
    ),
    (r"Round (\d+): bound .*", lambda number: say("solving: round {number}", number=int(number))),
    (
        r"(\d+) columns priced in, (\d+) of (\d+) at work",
        lambda _, held, count: say("solving: {held:,} of {count:,} columns at work", held=int(held), count=int(count)),
    ),
    (
        r"Integers: (\d+) of (\d+) whole",
        lambda whole, count: say("solving: {whole} of {count} integers are whole", whole=int(whole), count=int(count)),
    ),
    (
        r"Node (\d+), gap ([\d.]+) %",
        lambda node, gap: say("solving: gap {gap} % after {node} branches", gap=gap, node=int(node)),
    ),
    (  # HiGHS's table of its search
        r" [A-Za-z ]? +\d+ +\d+ +\d+ +[\d.]+% +\S+ +\S+ +([\d.]+)% .*",
        lambda gap: say("solving: gap {gap} %", gap=gap),
    ),
    (  # HiGHS's table of the simplex method
        r" +(\d+) +\S+ (?:Ph1|Pr): (\d+)\(.*",
        lambda steps, broken: say(
            "solving: {steps:,} steps, {broken:,} limits not kept yet", steps=int(steps), broken=int(broken)
        ),
    ),
)
"""What lines are like, and what they say."""


def phase_of(line: str) -> Message | None:
    """Return what a line says of how far the solver is, if it does."""
    for pattern, told in PHASES:
        if found := re.fullmatch(pattern, line):
            return told(*found.groups())
    return None


def told_blocks(blocks: Sequence[int]) -> Iterator[int]:
    """Yield blocks, and tell now and then which one it is."""
    every = max(1, len(blocks) // TOLD_MAX)
    for number, block in enumerate(blocks, start=1):
        if number % every == 0:
            tell(f"Block {number} of {len(blocks)}")
        yield block


def tell(line: str) -> None:
    """Print a line for the log, at once."""
    print(line, flush=True)  # noqa: T201 - the log is what the process prints
