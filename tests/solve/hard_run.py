"""Solve a problem without end: ``python hard_run.py FOLDER SOLVER``; prints the status and the objective as JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from solve_problems import market_split

from planner.language import written
from planner.models.algebra.problem import SolverOptions
from planner.models.solving.solve import solve

solution = solve(market_split(), SolverOptions(name=sys.argv[2]), Path(sys.argv[1]))
sys.stdout.write(
    json.dumps(
        {
            "status": solution.status,
            "objective": solution.objective if solution.values is not None else None,
            "bound": solution.bound if solution.values is not None else None,
            "warnings": [written(said) for said in solution.details["warnings"]],
        }
    )
)
