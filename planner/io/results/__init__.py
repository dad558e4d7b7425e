"""What a run leaves: tables, layers, manifest, run folder, and reading it back."""
