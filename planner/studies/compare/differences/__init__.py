"""Differences between two plans as tables: inputs, moves, sums, the nearest among equals."""
