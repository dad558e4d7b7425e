"""The solver's own process: what it is handed, what it does, and how it is followed and judged."""
