"""Lines between places that a plan fills and may widen, said once: where the scenario names them, results hold them.

A feature declares them in ``LINES``. Layers, map, page and comparison take them from there. No Pyomo here.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Lines:
    """The links of a network.

    Parameters
    ----------
    of, nodes
        The sets of the lines and of the places that they join.
    ends
        The parameters that name the place at which a line begins and that at which it ends.
    by_step
        The table and the column of what a line carries, by line, direction and timestep.
    room, share
        The table, by line and direction, and its columns of what a line can carry, of the mean it does, and of how
        full it is at most.
    limit
        The parameter, by line, of the share of its room that may be used; a line is full there.
    built
        The table, by line, and its columns of the modules by which a line is widened, and of what they add each way.
    rule
        The rule whose shadow price, by line, direction and timestep, says what a unit more would save.
    unit
        Of what is carried.
    directions
        What the tables call the way from a line's begin to its end, and the way back.
    """

    of: str
    nodes: str
    ends: tuple[str, str]
    by_step: tuple[str, str]
    room: tuple[str, str, str, str]
    limit: str
    built: tuple[str, str, str]
    rule: str
    unit: str
    directions: tuple[str, str]
