"""The points of a sweep: how they are written, what they are called, in which order they are solved."""

from __future__ import annotations

import itertools

import pytest

from planner.errors import UsageError
from planner.studies.sweep.grid import Axis, axis_of, grid_of, snake, way_between


@pytest.mark.parametrize(
    ("text", "key", "values"),
    [
        ("carbon_price=0,50, 100", "carbon_price", ("0", "50", "100")),
        ("site.pue[zhongwei]=1.1,1.2", "site.pue[zhongwei]", ("1.1", "1.2")),
        (
            "site_technology.green_capacity_max[zhongwei,wind]=1",
            "site_technology.green_capacity_max[zhongwei,wind]",
            ("1",),
        ),
        (
            "objective.minimise=cost,{ cost = 1, emissions = 90 }",
            "objective.minimise",
            ("cost", "{ cost = 1, emissions = 90 }"),
        ),
        ("workload.deferral_max=,4", "workload.deferral_max", ("", "4")),
    ],
)
def test_an_axis_is_read(text: str, key: str, values: tuple[str, ...]) -> None:
    """Proves that values are parted at commas outside of brackets, and that nothing is a value as well.

    Sensitivity: weights cut in two, the key of a row cut in two, an empty value dropped.
    """
    assert axis_of(text) == Axis(key, values)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("carbon_price", "names no values"),
        ("carbon_price=", "names no values"),
        ("=1,2", "names no values"),
        ("a=1,1.0", "stands twice"),
    ],
)
def test_an_axis_that_cannot_be_meant(text: str, said: str) -> None:
    """Proves that an axis without a key or a value, or with one value twice, is refused.

    Sensitivity: a point solved twice under two names.
    """
    with pytest.raises(UsageError, match=said):
        axis_of(text)


def test_names_depend_on_the_point_alone() -> None:
    """Proves that a point keeps its name when the sweep grows, that names differ, and are names of plain folders.

    Sensitivity: numbered points, which a new value would shift; braces and blanks in a name; two texts that become
    one name.
    """
    small = grid_of([axis_of("a.x=1,2"), axis_of("objective.minimise=cost,{ cost = 1 },{ cost  = 1 }")])
    large = grid_of([axis_of("a.x=0,1,2"), axis_of("objective.minimise={ cost = 1 },{ cost  = 1 },cost,latency")])
    names = {point.values: point.name for point in large}
    assert all(names[point.values] == point.name for point in small)
    assert len({point.name for point in small}) == 6
    assert small[0].name == "x=1__minimise=cost"
    assert not set('/\\ {}:*?"<>|') & set("".join(point.name for point in small))


def test_equal_labels_are_told_apart() -> None:
    """Proves that one column of two tables gives names with the tables in them.

    Sensitivity: ``pue=1__pue=2``, which says nothing.
    """
    (point,) = grid_of([axis_of("site.x=1"), axis_of("hub.x=2")])
    assert point.name == "site.x=1__hub.x=2"


def test_a_key_varied_twice_is_refused() -> None:
    """Proves that one key cannot be two axes.

    Sensitivity: the second value silently having the last word.
    """
    with pytest.raises(UsageError, match="is given twice"):
        grid_of([axis_of("a=1"), axis_of("a=2")])


@pytest.mark.parametrize("shape", [(4,), (3, 2), (2, 3, 4), (1, 1)])
def test_neighbours_follow_one_another(shape: tuple[int, ...]) -> None:
    """Proves that every place comes once, and each is one step from the one before.

    Sensitivity: the order of the table, in which a new row of the grid starts far from the end of the last.
    """
    order = snake(shape)
    assert len(set(order)) == len(order)
    assert set(order) == {
        point.place for point in grid_of([Axis(str(n), tuple("abcd"[:size])) for n, size in enumerate(shape)])
    }
    assert all(way_between(one, other, [1] * len(shape)) == 1 for one, other in itertools.pairwise(order))
