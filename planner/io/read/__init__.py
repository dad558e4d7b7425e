"""A scenario folder becomes a scenario: merged, edited, validated, ordered; and is written back."""
