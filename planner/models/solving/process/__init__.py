"""The solver's process: what it does, and how it is started, followed and ended."""
