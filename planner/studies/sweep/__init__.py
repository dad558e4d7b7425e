"""One scenario solved for every combination of values, each point a run folder."""
