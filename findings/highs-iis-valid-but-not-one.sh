#!/usr/bin/env bash
# HiGHS says that an irreducible infeasible subsystem is valid when it is empty, and when it can be reduced.
#
# Version: highspy 1.15.1. Demand 15 from two halls of at most 3 and 4: demand and one of the two limits (with the other
# hall's upper bound 10) are enough to be infeasible. By default getIis returns OK, valid, and no row and no column. With
# iis_strategy 2 it returns OK, valid and all three rows, of which one is not needed. Only with 4 and above is the
# subsystem irreducible. One guesses that "valid" means that the lists are an IIS.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --disable-pip-version-check --quiet highspy==1.15.1 numpy==2.4.6
cd "$folder"
env/bin/python - > seen <<'END'
import highspy

for strategy in (None, 2, 4, 6):
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    if strategy is not None:
        solver.setOptionValue("iis_strategy", strategy)
    x = solver.addVariable(lb=0, ub=10)
    y = solver.addVariable(lb=0, ub=10)
    solver.addConstr(x + y >= 15)
    solver.addConstr(x <= 3)
    solver.addConstr(y <= 4)
    solver.run()
    status, found = solver.getIis()
    text = solver.modelStatusToString(solver.getModelStatus())
    print(strategy, text, status.name, "valid", found.valid_, "rows", list(map(int, found.row_index_)))
END
diff - seen <<'END'
None Infeasible kOk valid True rows []
2 Infeasible kOk valid True rows [0, 1, 2]
4 Infeasible kOk valid True rows [0, 2]
6 Infeasible kOk valid True rows [0, 2]
END
echo "as written: highs-iis-valid-but-not-one"
