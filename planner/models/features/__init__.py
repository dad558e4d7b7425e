"""One family of modelling rules a file."""
