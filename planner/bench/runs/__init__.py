"""The runs of a campaign: their file, machine, process and verdict."""
