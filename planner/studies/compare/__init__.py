"""Compare finished runs: what moved, and why; as text, tables and map."""
