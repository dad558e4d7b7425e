"""Instances: the same numbers to the last bit, the same file for ever, and nothing else under their name."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from bench_world import INF, frozen, linear, modules, mps_file, two_sites
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.bench.check.mps_reader import read_program
from planner.bench.instances import Instance, freeze, read_instances, size_of
from planner.bench.mps import Linear, canonical, write_mps
from planner.bench.read_mps import read_mps
from planner.errors import InvalidInputError, UsageError

ROOT = Path(__file__).parents[2]
NUMBERS = st.floats(-1e12, 1e12).filter(lambda value: value == 0.0 or abs(value) > 1e-12)
SIDES = st.tuples(st.one_of(NUMBERS, st.just(-INF)), st.one_of(NUMBERS, st.just(INF))).map(sorted)


@st.composite
def programmes(draw: st.DrawFn) -> Linear:
    """Draw a programme of up to four rows and columns with the hardest numbers to write."""
    rows, columns = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    bounds = [draw(SIDES) for _ in range(columns)]
    integers = tuple(draw(st.sets(st.integers(0, columns - 1))))
    whole = [column in integers for column in range(columns)]
    return linear(
        draw(st.lists(NUMBERS, min_size=columns, max_size=columns)),
        [
            (lower, draw(st.lists(NUMBERS, min_size=columns, max_size=columns)), upper)
            for lower, upper in [draw(SIDES) for _ in range(rows)]
        ],
        lower=[np.floor(bound[0]) if is_whole else bound[0] for bound, is_whole in zip(bounds, whole, strict=True)],
        upper=[np.ceil(bound[1]) if is_whole else bound[1] for bound, is_whole in zip(bounds, whole, strict=True)],
        integers=integers,
    )


def same(ours: Linear, theirs: Linear) -> bool:
    """Return whether two programmes agree in every bit."""
    vectors = ("cost", "row_lower", "row_upper", "column_lower", "column_upper", "is_integer")
    return ours.matrix.shape == theirs.matrix.shape and bool(
        (ours.matrix.toarray() == theirs.matrix.toarray()).all()
        and all(np.array_equal(getattr(ours, name), getattr(theirs, name)) for name in vectors)
    )


@settings(deadline=None, max_examples=60)
@given(programme=programmes())
def test_every_number_survives_the_file(programme: Linear, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Proves that HiGHS reads back every float64 that was written, bit by bit.

    Broken by 15 digits (as HiGHS writes), by a range that rounds a side away, or a default bound taken for granted.
    """
    path = tmp_path_factory.mktemp("mps") / "one.mps"
    written = canonical(programme)
    write_mps(written, path, "a comment")
    back, constant = read_mps(path)
    assert constant == 0.0
    assert same(written, back)
    assert read_program(path).cost.tolist() == written.cost.tolist()


def test_the_canonical_form_asks_for_the_same() -> None:
    """Proves the changes by hand: constant as a column at 1, free row gone, awkward range split, whole bounds.

    Broken by a lost constant, a row too many or too few, or 0.1 + 0.2 taken for 0.3.
    """
    awkward = (-0.1, [1.0, 1.0], 1e17)  # 1e17 - (1e17 + 0.1) is 0
    programme = linear(
        [1, 2],
        [(-INF, [1, 0], INF), awkward, (1, [1, -1], 3)],
        lower=[-2.5, 0],
        upper=[3.5, 1e20],
        integers=(0,),
    )
    made = canonical(programme, constant=40.0)
    assert made.cost.tolist() == [1.0, 2.0, 40.0]
    assert (made.column_lower[2], made.column_upper[2]) == (1.0, 1.0)
    assert list(zip(made.row_lower.tolist(), made.row_upper.tolist(), strict=True)) == [
        (-0.1, INF),
        (-INF, 1e17),
        (1.0, 3.0),
    ]
    assert made.matrix.toarray().tolist() == [[1, 1, 0], [1, 1, 0], [1, -1, 0]]
    assert (made.column_lower[0], made.column_upper[0], made.column_upper[1]) == (-2.0, 3.0, INF)


@pytest.mark.parametrize(
    ("programme", "word"),
    [
        (linear([float("nan")], [(0, [1], 1)]), "finite"),
        (linear([INF], [(0, [1], 1)]), "finite"),
        (linear([1], [(0, [1e-12], 1)]), "leave it out"),
        (linear([1], [(2, [1], 1)]), "row 0"),
        (linear([1], [(0, [1], 1)], lower=[3], upper=[2]), "column 0"),
        (linear([1], [(0, [1], 1)], lower=[0.2], upper=[0.8], integers=(0,)), "column 0"),
        (linear([1], [(float("nan"), [1], 1)]), "row 0"),
    ],
)
def test_numbers_that_no_reader_takes(programme: Linear, word: str) -> None:
    """Proves that NaN, infinite costs coefficients that are dropped and empty ranges are refused; broken by a solver that calls a NaN cost optimal."""
    with pytest.raises(ValueError, match=word):
        canonical(programme)


def test_a_scenario_gives_a_milp_and_its_relaxation(tmp_path: Path) -> None:
    """Proves names, kinds, counts and sources of what tiny gives; broken by a relaxation that keeps its integers."""
    milp, relaxed = freeze(tmp_path, [ROOT / "scenarios" / "tiny"])
    assert (milp.name, milp.kind, milp.integers > 0) == ("tiny-milp", "milp", True)
    assert (relaxed.name, relaxed.kind, relaxed.integers) == ("tiny-lp", "lp", 0)
    assert (milp.rows, milp.columns, milp.nonzeros) == (relaxed.rows, relaxed.columns, relaxed.nonzeros)
    assert milp.source["name"] == "tiny"
    assert relaxed.source == {**milp.source, "relaxed": True}
    assert "MARKER" not in (tmp_path / relaxed.file).read_text(encoding="ascii")


def test_an_mps_file_of_others(tmp_path: Path) -> None:
    """Proves that a gzipped fixed-format file to be maximised becomes a minimisation with its constant kept.

    Maximise 3 x + 2 y - 7 over x + y ≤ 4: 5 at (4, 0). Broken by a lost sign or a constant of the wrong sign.
    """
    text = (
        "NAME          OTHERS\nOBJSENSE\n    MAX\nROWS\n N  PROFIT\n L  LIMIT\nCOLUMNS\n"
        "    X         PROFIT            3.   LIMIT             1.\n"
        "    Y         PROFIT            2.   LIMIT             1.\n"
        "RHS\n    RHS       LIMIT             4.   PROFIT            7.\nENDATA\n"
    )
    path = tmp_path / "others.mps.gz"
    path.write_bytes(gzip.compress(text.encode("ascii")))
    (made,) = freeze(tmp_path / "campaign", [path])
    assert (made.name, made.rows, made.columns) == ("others-lp", 1, 3)
    back, _ = read_mps(tmp_path / "campaign" / made.file)
    assert float(back.cost @ [4.0, 0.0, 1.0]) == -5.0


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("sos.mps", "NAME\nROWS\n N o\nCOLUMNS\nRHS\nSOS\nENDATA\n", "unknown section"),
        ("cut.mps", "NAME\nROWS\n N o\nCOLUMNS\n", "ENDATA is missing"),
        ("row.mps", "NAME\nROWS\n N o\n L r\nCOLUMNS\n column missing 1\nRHS\nENDATA\n", "HiGHS cannot read it"),
        ("twice.mps", "NAME\nROWS\n N o\n L r\nCOLUMNS\n x r 1\n x r 2\nRHS\nENDATA\n", "duplicate"),
        ("bad.mps.gz", "not gzip", "cannot be read"),
    ],
)
def test_files_that_are_no_programme(name: str, text: str, words: str, tmp_path: Path) -> None:
    """Proves that what is more, or less, than a MILP is one clear error; broken by a section skipped in silence."""
    path = tmp_path / name
    path.write_text(text, encoding="ascii")
    with pytest.raises(InvalidInputError, match=words):
        freeze(tmp_path / "campaign", [path])


def test_frozen_instances_are_used_again(tmp_path: Path) -> None:
    """Proves that a second call changes no byte and adds only what is new; broken by writing instances anew."""
    campaign = frozen(tmp_path, sites=two_sites())
    before = {path: path.stat().st_mtime_ns for path in campaign.rglob("*.mps")}
    sources = [tmp_path / "sources" / "sites.mps", mps_file(tmp_path / "sources", "modules", modules())]
    names = [instance.name for instance in freeze(campaign, sources)]
    assert names == ["sites-lp", "modules-milp", "modules-lp"]
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert [instance.name for instance in freeze(campaign, [])] == names


def test_a_changed_instance_is_refused(tmp_path: Path) -> None:
    """Proves that one digit changed, or a file gone, stops a campaign; broken by trusting the name."""
    campaign = frozen(tmp_path, sites=two_sites())
    path = campaign / "instances" / "sites-lp.mps"
    text = path.read_text(encoding="ascii")
    path.write_text(text.replace(" c0 obj 3.0", " c0 obj 3.5"), encoding="ascii")
    with pytest.raises(InvalidInputError, match="has changed: SHA-256"):
        read_instances(campaign)
    path.unlink()
    with pytest.raises(InvalidInputError, match="is missing"):
        freeze(campaign, [])


def test_a_changed_source_is_refused(tmp_path: Path) -> None:
    """Proves that a source edited since, or another of its name, is not taken for the frozen one; broken by the name."""
    campaign = frozen(tmp_path, sites=two_sites())
    changed = mps_file(tmp_path / "sources", "sites", modules())
    with pytest.raises(InvalidInputError, match="not what the instances sites-lp were made from"):
        freeze(campaign, [changed])
    other = changed.rename(changed.with_name("sites .mps"))
    with pytest.raises(UsageError, match="another source"):
        freeze(campaign, [other])
    with pytest.raises(UsageError, match="two sources are named"):
        freeze(tmp_path / "new", [other, mps_file(tmp_path / "more", "sites", modules())])


@pytest.mark.parametrize("damage", ["{", "[]", '{"instances": [{"name": "x"}]}'])
def test_a_damaged_index_is_refused(damage: str, tmp_path: Path) -> None:
    """Proves that a damaged instances.json is an error, not an empty campaign; broken by starting over in silence."""
    campaign = frozen(tmp_path, sites=two_sites())
    (campaign / "instances.json").write_text(damage, encoding="utf-8")
    with pytest.raises(InvalidInputError, match="damaged"):
        read_instances(campaign)


def test_the_index_says_what_is_there(tmp_path: Path) -> None:
    """Proves that instances.json holds every field, read back equal; broken by a field left out."""
    campaign = frozen(tmp_path, modules=modules())
    entries = json.loads((campaign / "instances.json").read_text(encoding="utf-8"))["instances"]
    assert [Instance(**entry) for entry in entries] == read_instances(campaign)
    assert entries[0]["size"] == "small"
    assert [size_of(columns) for columns in (2000, 2001, 100_000, 100_001)] == ["small", "medium", "medium", "large"]
