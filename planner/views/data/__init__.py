"""Base map and font shipped with the planner, and the scripts that made them; sources in ``NOTICE.md``."""
