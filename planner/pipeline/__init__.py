"""One plan: read, build, solve, audit, write; and what is done with a finished run."""
