"""A front of two objectives, and what each step along it costs."""
