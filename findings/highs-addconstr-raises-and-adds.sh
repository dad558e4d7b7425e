#!/usr/bin/env bash
# highspy's addConstr raises an exception, and the row is in the model all the same, without its small term.
#
# Version: highspy 1.15.1. A coefficient of 1e-9 is at the limit below which HiGHS drops matrix values. addConstr says
# "Error adding constraint to the model." One guesses that nothing was added, as after any failed call, and leaves the
# rule out or adds it in other units. The row is there, y >= 1.5 in place of 1e-9 x + y >= 1.5, and with y <= 1 the model
# is infeasible from then on. The same model given whole by passModel gives a warning and no exception.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --disable-pip-version-check --quiet highspy==1.15.1 numpy==2.4.6
cd "$folder"
env/bin/python - > seen <<'END'
import highspy

solver = highspy.Highs()
solver.setOptionValue("output_flag", False)
x = solver.addVariable(lb=0, ub=1e12, obj=1)
y = solver.addVariable(lb=0, ub=1, obj=1)
solver.run()
print(solver.modelStatusToString(solver.getModelStatus()))
try:
    solver.addConstr(1e-9 * x + y >= 1.5)
except Exception as error:
    print("raised:", error)
print("rows:", solver.numConstrs, "coefficients:", list(map(float, solver.getLp().a_matrix_.value_)))
solver.run()
print(solver.modelStatusToString(solver.getModelStatus()))
solver.addConstr(1e-3 * x + 1e6 * y >= 1.5e6)  # the same rule in other units
solver.run()
print(solver.modelStatusToString(solver.getModelStatus()), "rows:", solver.numConstrs)
END
diff - seen <<'END'
Optimal
raised: Error adding constraint to the model.
rows: 1 coefficients: [1.0]
Infeasible
Infeasible rows: 2
END
echo "as written: highs-addconstr-raises-and-adds"
