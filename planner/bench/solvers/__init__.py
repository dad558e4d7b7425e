"""One adapter a solver, and the record that each of them fills in."""
