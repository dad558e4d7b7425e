"""Many plans of one scenario, and what they say together: made of whole runs, never of parts of the model."""
