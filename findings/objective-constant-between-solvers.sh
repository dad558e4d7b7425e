#!/usr/bin/env bash
# A constant of the objective does not survive the way from HiGHS to Gurobi by LP file, nor to GLPK by MPS file.
#
# Versions: highspy 1.15.1, gurobipy 13.0.3 (the licence that comes with the package is enough), swiglpk 5.0.13 (GLPK
# 5.0). HiGHS writes min x + 5, x >= 1 as an LP file and as an MPS file, and reads both back as 6. Gurobi reads the MPS
# file as 6 and the LP file as 1: a bare number in an objective is dropped without a message (its own LP files have a
# variable named Constant, fixed at 1). GLPK reads the MPS file as -4: the negated right-hand side of the objective's row
# is the constant by one convention, the plain one by the other. One guesses that a constant shifts all solvers alike; two
# objectives compared across solvers are then apart by 5 or by 10.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --disable-pip-version-check --quiet highspy==1.15.1 numpy==2.4.6 gurobipy==13.0.3 swiglpk==5.0.13
cd "$folder"
env/bin/python - > seen <<'END'
import gurobipy
import highspy
import swiglpk

highs = highspy.Highs()
highs.setOptionValue("output_flag", False)
x = highs.addVariable(lb=0, ub=10, obj=1, name="x")
highs.addConstr(x >= 1)
highs.changeObjectiveOffset(5.0)
for name in ("model.lp", "model.mps"):
    highs.writeModel(name)

quiet = gurobipy.Env(params={"OutputFlag": 0})
for name in ("model.lp", "model.mps"):
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.readModel(name)
    highs.run()
    gurobi = gurobipy.read(name, quiet)
    gurobi.optimize()
    print(name, "HiGHS", highs.getInfo().objective_function_value, "Gurobi", gurobi.ObjVal)

swiglpk.glp_term_out(0)
glpk = swiglpk.glp_create_prob()
assert swiglpk.glp_read_mps(glpk, swiglpk.GLP_MPS_FILE, None, "model.mps") == 0
assert swiglpk.glp_simplex(glpk, None) == 0
print("model.mps GLPK", swiglpk.glp_get_obj_val(glpk))
END
diff - seen <<'END'
model.lp HiGHS 6.0 Gurobi 1.0
model.mps HiGHS 6.0 Gurobi 6.0
model.mps GLPK -4.0
END
echo "as written: objective-constant-between-solvers"
