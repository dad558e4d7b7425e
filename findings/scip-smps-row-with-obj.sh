#!/usr/bin/env bash
# SCIP's reader of SMPS takes a change of a row whose name holds "obj" for a change of the objective.
#
# Versions: PySCIPOpt 6.3.0 (SCIP 10). Build x at 4 now, or get y at 5 later, for 10 pieces; with one half each a y is
# worth a whole piece or half a piece. The best is x = 10, for 40. That is what SCIP finds where the row of pieces is
# called "things". Called "objects", its coefficients of y, 1 and 0.5, become the costs of y in the two scenarios, so that
# nothing is built and 7.5 is "optimal". Nothing is said. One guesses 40 whatever the row's name; the objective of the
# core is called "cost".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --disable-pip-version-check --quiet PySCIPOpt==6.3.0 numpy==2.4.6
cd "$folder"
env/bin/python - > seen <<'END'
from pathlib import Path

from pyscipopt import Model

CORE = """NAME pieces
ROWS
 N cost
 L room
 G {row}
COLUMNS
 x cost 4
 x room 1
 x {row} 1
 y cost 5
 y {row} 1
RHS
 rhs room 100
 rhs {row} 10
ENDATA
"""
PERIODS = """TIME pieces
PERIODS
 x room now
 y {row} later
ENDATA
"""
CHANGES = """STOCH pieces
SCENARIOS DISCRETE
 SC whole ROOT 0.5 later
 y {row} 1
 SC half ROOT 0.5 later
 y {row} 0.5
ENDATA
"""
for row in ("things", "objects"):
    for ending, text in (("cor", CORE), ("tim", PERIODS), ("sto", CHANGES)):
        Path(f"{row}.{ending}").write_text(text.format(row=row))
    Path(f"{row}.smps").write_text(f"{row}.cor\n{row}.tim\n{row}.sto\n")
    model = Model()
    model.hideOutput()
    model.readProblem(f"{row}.smps")
    model.optimize()
    print(f"row {row}: {model.getStatus()}, {model.getObjVal():g}")
END
diff - seen <<'END'
row things: optimal, 40
row objects: optimal, 7.5
END
echo "as written: scip-smps-row-with-obj"
