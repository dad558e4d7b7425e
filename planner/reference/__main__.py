"""``python -m planner.reference docs/reference`` writes the reference."""

from planner.reference.pages import main

main()
