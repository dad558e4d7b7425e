#!/usr/bin/env bash
# HiGHS takes a cost below 1e-7 for no cost, and calls the plan optimal.
#
# Version: highspy 1.15.1. A million units come from a dear site (9) or a cheap one (1); nothing else is asked. In these
# units the cheap site is chosen. With the same costs told in units a hundred million times larger (9e-8 and 1e-8:
# billions of CNY for a kWh, say), the dear site is chosen: nine times the cost, status Optimal, no dual infeasibility
# counted. The dual tolerance (1e-7) is absolute and is held against unscaled costs, in presolve too; no scaling of the
# objective makes up for it. With presolve off this model comes out right, but others come out wrong in that case only:
# the last two lines.
#
# One guesses that an LP scaled by a constant has the same solution.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --disable-pip-version-check --quiet highspy==1.15.1 numpy==2.4.6
cd "$folder"
env/bin/python - > seen <<'END'
import highspy


def solve(dear, cheap, unit, presolve, linked):
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("presolve", presolve)
    x = solver.addVariable(lb=0, ub=1e6, obj=dear * unit)
    y = solver.addVariable(lb=0, ub=1e6, obj=cheap * unit)
    solver.addConstr(x + y >= 1e6)
    if linked:
        solver.addConstr(x - y <= 2e5)
    solver.run()
    info = solver.getInfo()
    status = solver.modelStatusToString(solver.getModelStatus())
    cost = round(info.objective_function_value / unit / 1e6, 3)
    print(unit, presolve, status, "cost", cost, "dual infeasibilities", info.num_dual_infeasibilities)


solve(9, 1, 1, "on", linked=False)
solve(9, 1, 1e-8, "on", linked=False)
solve(9, 1, 1e-8, "off", linked=False)
solve(9, 1, 1e-8, "on", linked=True)
solve(9, 1, 1e-8, "off", linked=True)
END
diff - seen <<'END'
1 on Optimal cost 1.0 dual infeasibilities 0
1e-08 on Optimal cost 9.0 dual infeasibilities 0
1e-08 off Optimal cost 1.0 dual infeasibilities 0
1e-08 on Optimal cost 1.0 dual infeasibilities 0
1e-08 off Optimal cost 5.8 dual infeasibilities 0
END
echo "as written: highs-small-costs"
