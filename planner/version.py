"""The version of the planner, for every file that says by what it was made; it imports nothing."""

__version__ = "0.1.0"
