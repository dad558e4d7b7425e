"""Charts of a plan's hours and of many plans' figures, drawn from tables alone."""
