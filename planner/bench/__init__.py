"""The benchmark of solvers: campaigns of runs, each in a fresh process."""
