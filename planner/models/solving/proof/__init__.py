"""Bounds proved in the planner's own arithmetic."""
