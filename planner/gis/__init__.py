"""Layers of geographic information systems: one reader and one rule of reference systems, of scenarios and maps."""
