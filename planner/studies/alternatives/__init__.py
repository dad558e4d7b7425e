"""Near-optimal plans of a scenario: how different they can be for a little more cost."""
