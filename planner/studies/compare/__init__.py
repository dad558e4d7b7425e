"""What moved between finished runs, and why, as it is told, written and drawn."""
