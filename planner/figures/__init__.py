"""What is read from a plan's tables, once: figures of places, the work between them, sums over a year."""
