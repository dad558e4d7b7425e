"""The report of a plan: one HTML file that works with no network, to explore and to print."""
