#!/usr/bin/env bash
# HiGHS reads another model out of an LP file than other solvers do, without a word.
#
# Versions: highspy 1.15.1, PySCIPOpt 6.3.0. Two things a generated LP file may well hold. (1) A variable named twice in a
# sum, as when a site pays for power and for water: HiGHS adds up such terms in a rule, with a warning, but in the
# objective the last one replaces the others. (2) A variable with an upper bound that is listed under Binaries: HiGHS
# makes it integer and keeps the bound, so that it may be 5; SCIP makes it 0 or 1. HiGHS returns kOk for both. Gurobi
# 13.0.3, CPLEX 22.2.0, Xpress 9.9.1 and COPT 8.0.7 read both as SCIP does; GLPK 5.0 refuses the first and reads the
# second as HiGHS does.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --disable-pip-version-check --quiet highspy==1.15.1 numpy==2.4.6 PySCIPOpt==6.3.0
cd "$folder"
env/bin/python - > seen <<'END'
from pathlib import Path

import highspy
import pyscipopt

FILES = {
    "twice in a rule": "Minimize\n obj: x\nSubject To\n c: x + x >= 4\nEnd\n",
    "twice in the objective": "Minimize\n obj: 2 x + 3 x\nSubject To\n c: x >= 1\nEnd\n",
    "binary with a bound": "Maximize\n obj: x\nSubject To\n c: x <= 7.5\nBounds\n x <= 5\nBinaries\n x\nEnd\n",
}
for name, text in FILES.items():
    Path("model.lp").write_text(text)
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    status = highs.readModel("model.lp")
    highs.run()
    scip = pyscipopt.Model()
    scip.hideOutput()
    scip.readProblem("model.lp")
    scip.optimize()
    print(f"{name}: HiGHS {status.name} {highs.getInfo().objective_function_value}, SCIP {scip.getObjVal()}")
END
diff - seen <<'END'
twice in a rule: HiGHS kWarning 2.0, SCIP 2.0
twice in the objective: HiGHS kOk 3.0, SCIP 5.0
binary with a bound: HiGHS kOk 5.0, SCIP 1.0
END
echo "as written: highs-lp-file-terms"
