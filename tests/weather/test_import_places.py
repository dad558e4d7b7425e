"""`planner import weather`: which column belongs to which place, and to which table."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner.errors import InvalidInputError
from planner.models.declarations import declarations
from tests.weather.hourly import brought, by_time, naive, numbers, replaced, rows, table, weather, year_of_stamps


@pytest.mark.parametrize(
    "words", [("zhongwei", "horinger"), ("ZhongWei", "Horinger"), ("中卫集群", "和林格尔集群"), ("宁夏", "内蒙古")]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_places_go_by_id_name_or_province(world: Path, words: tuple[str, str], encoding: str) -> None:
    """Proves that a column finds its site by id, by either name and by province, in the encodings of Chinese Excel.

    Sensitivity: columns taken in the order of the sites.
    """
    cells = numbers(8760)
    columns = {words[1]: [f"-{cell}" for cell in cells], "elsewhere": ["text"] * 8760, words[0]: cells}
    done = brought(table(world.parents[1] / "w.csv", naive(year_of_stamps(2021)), columns, encoding=encoding), world)
    assert list(by_time(world, site="zhongwei").values()) == cells
    assert list(by_time(world, site="horinger").values()) == columns[words[1]]
    assert "columns not used: elsewhere" in [note.en for note in done.notes]


def test_picked_places(world: Path) -> None:
    """Proves that --place takes one column for several sites, only those that are named, and refuses what means nothing.

    Sensitivity: a site left out filled from a column that looks like it.
    """
    file = weather(world, places=("NX=1", "horinger"))
    brought(file, world, picks=("NX=1=zhongwei",))
    assert {row["site"] for row in rows(world / "site_timestep.csv")} == {"zhongwei"}
    brought(file, world, picks=("NX=1=zhongwei", "NX=1=horinger"), replace=True)
    assert by_time(world, site="zhongwei") == by_time(world, site="horinger")
    for pick, message in {
        "zhongwei": "not a column and an id",
        "=zhongwei": "not a column and an id",
        "GS=zhongwei": "the file has no such column",
        "horinger=zhongwe": "did you mean 'zhongwei'",
        "horinger=../x": "no such site",
    }.items():
        with pytest.raises(InvalidInputError, match=message):
            brought(file, world, picks=(pick,), replace=True)
    with pytest.raises(InvalidInputError, match="site zhongwei is picked twice"):
        brought(file, world, picks=("NX=1=zhongwei", "horinger=zhongwei"), replace=True)


def test_ambiguous_columns_are_refused(world: Path) -> None:
    """Proves that a column that is one site's id and another's name is refused, as is a province beside an id.

    Sensitivity: the id silently preferred.
    """
    replaced(world / "site.csv", "horinger,Horinger", "horinger,Zhongwei")
    with pytest.raises(InvalidInputError, match="may mean different sites"):
        brought(weather(world), world)
    replaced(world / "site.csv", "horinger,Zhongwei", "horinger,Horinger")
    with pytest.raises(InvalidInputError, match="site zhongwei fits several columns"):
        brought(weather(world, places=("zhongwei", "宁夏", "horinger")), world)


def test_places_with_the_technology_only(world: Path) -> None:
    """Proves that availability is asked for where the technology stands, and nowhere else.

    Sensitivity: a column wanted for every site.
    """
    (world / "site_technology.csv").write_text("site,technology\nzhongwei,wind\nhoringer,solar\n", encoding="utf-8")
    (world / "source.csv").unlink()
    brought(weather(world, places=("zhongwei",)), world, column="availability", fixed={"technology": "wind"})
    found = rows(world / "site_technology_timestep.csv")
    assert {(row["site"], row["technology"]) for row in found} == {("zhongwei", "wind")}
    with pytest.raises(InvalidInputError, match=r"no site has winf \(did you mean 'wind'\?\)"):
        brought(weather(world), world, column="availability", fixed={"technology": "winf"})
    bad = weather(world)
    replaced(bad, "0.0000", "45.3")
    with pytest.raises(
        InvalidInputError,
        match=r"out of range for availability \(it looks like per cent: write 0.453; allowed: at least 0 and at most 1",
    ):
        brought(bad, world, column="availability", fixed={"technology": "wind"}, picks=("zhongwei=zhongwei",))
    (world / "site_technology.csv").unlink()
    with pytest.raises(InvalidInputError, match=r"site_technology\.csv, which says what to import for"):
        brought(weather(world), world, column="availability", fixed={"technology": "wind"})


def test_workloads_are_places_too(world: Path) -> None:
    """Proves that a profile of demand goes to workload_timestep.csv, its workloads found like sites.

    Sensitivity: sites wired into the import.
    """
    cells = ["0.5", "1.5"] * 4380
    brought(
        table(world.parents[1] / "p.csv", naive(year_of_stamps(2021)), {"Training": cells}),
        world,
        column="demand_profile",
    )
    assert list(by_time(world, "demand_profile", "workload_timestep", workload="training").values()) == cells


def test_every_number_by_timestep_can_be_imported(world: Path) -> None:
    """Proves that whatever is declared by timestep is known to the import, by its declaration alone.

    Sensitivity: a list of names that a new feature is not on.
    """
    known = [
        (parameter.name, index)
        for parameter in declarations().parameters.values()
        for index in parameter.indices
        if parameter.is_numeric and index[-1:] == ("timestep",) and len(index) > 1
    ]
    assert {"temperature", "availability", "demand_profile"} <= {name for name, _ in known}
    for file in world.glob("*.csv"):
        file.unlink()  # of several columns of one name the keys alone tell which is meant
    for name, index in known:
        with pytest.raises(InvalidInputError, match="not a CSV or EPW file"):
            brought(world / "w.xlsx", world, column=name, fixed=dict.fromkeys(index[1:-1], "x"))


def test_a_column_of_several_sets_goes_to_the_one_that_is_meant(world: Path) -> None:
    """Proves that availability goes to plants where plants alone are there, and to a technology where one is named.

    Sensitivity: the set of the last feature that declares the word.
    """
    (world / "plant.csv").write_text("plant,technology\nzhongwei,wind\n", encoding="utf-8")
    (world / "source.csv").unlink()
    file = weather(world, places=("zhongwei",))
    assert brought(file, world, column="availability").kind == "plant"
    (world / "site_technology.csv").write_text("site,technology\nzhongwei,wind\n", encoding="utf-8")
    assert brought(file, world, column="availability", fixed={"technology": "wind"}).kind == "site"
