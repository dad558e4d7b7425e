#!/usr/bin/env bash
# mpi-sppy's extensive form solves scenarios whose probabilities add up to 0.9, or to 2, as though they added up to 1.
#
# Versions: mpi-sppy 0.14.0, Pyomo 6.10.1, highspy 1.15.1. Build at 2 now or buy at 5 later, for a demand of 10, 20 or 40.
# With probabilities of 0.3, 0.4, 0.3 the expected cost is 70. Twice those probabilities: 70 again. With 0.2 for the
# first, so that a tenth is missing, it is 73.33, which is the sum divided by 0.9; 66 would be the plain sum. Nothing is
# said. One guesses a refusal, which is what its progressive hedging does, or the plain sum.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --disable-pip-version-check --quiet mpi-sppy==0.14.0 pyomo==6.10.1 highspy==1.15.1 numpy==2.4.6
cd "$folder"
env/bin/python - > seen <<'END'
import contextlib
import io
import logging
import warnings

import pyomo.environ as pyo

printed = io.StringIO()
with contextlib.redirect_stdout(printed):
    from mpisppy.opt.ef import ExtensiveForm
    from mpisppy.utils.sputils import attach_root_node

DEMAND = {"low": 10, "middle": 20, "high": 40}


def scenario(name, probabilities):
    m = pyo.ConcreteModel(name)
    m.build = pyo.Var(bounds=(0, 100))
    m.buy = pyo.Var(bounds=(0, 100))
    m.served = pyo.Constraint(expr=m.build + m.buy >= DEMAND[name])
    m.now = pyo.Expression(expr=2 * m.build)
    m.cost = pyo.Objective(expr=m.now + 5 * m.buy)
    attach_root_node(m, m.now, [m.build])
    m._mpisppy_probability = probabilities[name]
    return m


said = []
handler = logging.Handler(logging.WARNING)
handler.emit = said.append
logging.getLogger().addHandler(handler)
for chances in ((0.3, 0.4, 0.3), (0.6, 0.8, 0.6), (0.2, 0.4, 0.3)):
    probabilities = dict(zip(DEMAND, chances))
    with contextlib.redirect_stdout(printed), warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        form = ExtensiveForm(
            {"solver": "appsi_highs"}, list(DEMAND), scenario, scenario_creator_kwargs={"probabilities": probabilities}
        )
        form.solve_extensive_form()
    plain = sum(p * (2 * 20 + 5 * max(0, d - 20)) for p, d in zip(chances, DEMAND.values()))
    print(f"sum {sum(chances):.1f}: cost {form.get_objective_value():.2f}, plain sum {plain:.2f}, warnings {len(warned)}")
print("logged:", len(said), "printed on probabilities:", "probabilit" in printed.getvalue().lower())
END
diff - seen <<'END'
sum 1.0: cost 70.00, plain sum 70.00, warnings 0
sum 2.0: cost 70.00, plain sum 140.00, warnings 0
sum 0.9: cost 73.33, plain sum 66.00, warnings 0
logged: 0 printed on probabilities: False
END
echo "as written: mpisppy-probabilities"
