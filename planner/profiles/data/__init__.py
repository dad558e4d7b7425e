"""Climate of the places of the shipped scenarios: recalled normals and plausible means, all illustrative."""
