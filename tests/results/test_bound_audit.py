"""``planner audit RUN --bound``: what is claimed of a plan's bound is proved again, and what cannot be is found."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from planner.errors import AuditDisagreedError
from planner.io.results.manifest import hash_file
from planner.io.results.packed_arrays import PROOF, read_proof, write_arrays
from planner.language import speak
from planner.pipeline import bound_audit
from planner.pipeline.finished import audit_run
from planner.pipeline.run import run_and_write
from tests.worlds import BASE


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return a finished run of a plan with integers."""
    folder = tmp_path_factory.mktemp("bounds")
    return {"integers": run_and_write(BASE.read(folder), folder / "integers", drawn=False)[1]}


@pytest.fixture
def run(runs: dict[str, Path], tmp_path: Path) -> Path:
    """Return a copy of the run with integers."""
    shutil.copytree(runs["integers"], tmp_path / "run")
    return tmp_path / "run"


def change(folder: Path, name: str, changes: dict[str, Any]) -> None:
    """Change keys of a JSON file of a run; ``a.b`` is b within a, ``None`` takes a key away."""
    path = folder / name
    data = json.loads(path.read_text(encoding="utf-8"))
    for key, value in changes.items():
        *outer, last = key.split(".")
        inner = data
        for part in outer:
            inner = inner[part]
        if value is None:
            inner.pop(last)
        else:
            inner[last] = value
    path.write_text(json.dumps(data), encoding="utf-8")


def sealed(folder: Path) -> None:
    """Let the manifest answer for the files as they are now: whoever changes a file may change its hash as well."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    names = [name for name in manifest["files"] if (folder / name).is_file()]
    change(folder, "manifest.json", {"files": {name: hash_file(folder / name) for name in names}})


def claim(folder: Path, **numbers: float) -> None:
    """Claim other numbers in every place in which they stand."""
    change(folder, "summary.json", numbers)
    change(folder, "manifest.json", numbers)
    proof = {f"proof.{name}": value for name, value in numbers.items() if name in ("bound", "gap")}
    change(folder, "manifest.json", proof)
    sealed(folder)


def findings(folder: Path) -> str:
    """Return what the audit finds of the bound."""
    with pytest.raises(AuditDisagreedError) as caught:
        audit_run(folder, bound=True)
    assert caught.value.exit_code == 11
    return str(caught.value)


def test_true_bound_is_proved_again(run: Path) -> None:
    """Proves: an honest run passes, its bound proved from what is stored. Sensitivity: another order of rows or leaves.

    The plan has integers, and its leaves cover them.
    """
    manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["proof"]["by"] == "planner"
    assert PROOF in manifest["files"]
    assert "is proved again (gap 0.00%), from the shadow prices stored" in audit_run(run, bound=True)
    speak("zh")
    try:
        assert "已重新证明" in audit_run(run, bound=True).zh
    finally:
        speak("en")


def test_bound_too_high_is_found(run: Path) -> None:
    """Proves: a bound raised by a millionth, with gap and hashes to fit, is above what can be proved: exit 11.

    Sensitivity: a comparison with the solver's own number, or with a tolerance of 1e-6.
    """
    summary = json.loads((run / "summary.json").read_text(encoding="utf-8"))
    claim(run, objective=summary["objective"], bound=summary["bound"] + 1e-6 * abs(summary["bound"]))
    assert re.search(r"the bound is said to be .* can be proved from the shadow prices stored", findings(run))


@pytest.mark.parametrize("numbers", [{"bound": -1e15, "gap": 0.0}, {"gap": -0.5}])
def test_gap_that_is_none_is_found(numbers: dict[str, float], run: Path) -> None:
    """Proves: a gap less than what lies between objective and bound is found. Sensitivity: gap and bound never compared."""
    claim(run, **numbers)
    assert "the gap is said to be" in findings(run)


def test_other_numbers_in_the_manifest_are_found(run: Path) -> None:
    """Proves: a bound raised in the manifest alone, which no hash covers, is found. Sensitivity: one of two copies read."""
    change(run, "manifest.json", {"proof.bound": 1e15})
    assert "in the manifest" in findings(run)


def changed(stored: dict[str, np.ndarray], how: str) -> dict[str, np.ndarray]:
    """Return what is stored, changed."""
    if how == "duals":
        return {**stored, "vectors": stored["vectors"] * 1.01}
    if how == "leaf left out":
        return {**stored, "leaves": stored["leaves"][1:]}
    if how == "not a number":
        return {**stored, "vectors": np.full_like(stored["vectors"], np.nan)}
    return {**stored, "leaves": stored["leaves"][:, 1:]}


@pytest.mark.parametrize("how", ["duals", "leaf left out", "not a number", "other integers"])
def test_changed_evidence_is_found(how: str, run: Path) -> None:
    """Proves: duals or leaves that prove less than is claimed are found, whatever their hash says.

    Sensitivity: the file's hash as the only check.
    """
    stored = read_proof(run)
    assert stored is not None
    write_arrays(changed(stored, how), run, PROOF)
    sealed(run)
    assert re.search("the bound is said to be|proves nothing", findings(run))


def test_damaged_evidence_is_found(run: Path) -> None:
    """Proves: a file cut off is named twice, as changed and as no proof. Sensitivity: an exception; a file passed over."""
    (run / PROOF).write_bytes((run / PROOF).read_bytes()[:100])
    found = findings(run)
    assert "proof.npz is not the file that was written" in found
    assert "proof.npz proves nothing" in found


def test_leaves_alone_are_solved_again(run: Path) -> None:
    """Proves: where the duals were too many to store, each leaf is solved again, and it is said.

    Sensitivity: a leaf without duals that bounds nothing, an empty leaf without its ray.
    """
    stored = read_proof(run)
    assert stored is not None
    write_arrays({name: stored[name] for name in ("format", "leaves")}, run, PROOF)
    sealed(run)
    assert "solved again" in audit_run(run, bound=True)
    summary = json.loads((run / "summary.json").read_text(encoding="utf-8"))
    claim(run, objective=summary["objective"], bound=summary["bound"] * 1.001)
    assert "the bound is said to be" in findings(run)


def test_without_evidence_it_is_solved_again(run: Path) -> None:
    """Proves: a bound called ours with nothing stored is proved by solving again, and is found where it is too high.

    Sensitivity: no evidence taken for no fault.
    """
    (run / PROOF).unlink()
    sealed(run)
    assert "by solving again" in audit_run(run, bound=True)
    claim(run, bound=1e15, gap=0.0)
    assert "the bound is said to be" in findings(run)


def test_run_without_a_proof_is_the_solvers_word(run: Path) -> None:
    """Proves: a run written before there were proofs is read, and its bound called what it is, with what is proved.

    Sensitivity: a run folder without the file or the key that is refused or called proved.
    """
    (run / PROOF).unlink()
    change(run, "manifest.json", {"proof": None})
    sealed(run)
    told = audit_run(run, bound=True)
    assert "is the solver's word; from the relaxation" in told
    assert "is proved" in told


def test_plain_audit_builds_no_model(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves: without ``--bound`` nothing is compiled or solved. Sensitivity: a slow audit for everyone."""
    monkeypatch.setattr(bound_audit, "prove_run", lambda *_: pytest.fail("a model was built"))
    assert "confirms" in audit_run(run)
