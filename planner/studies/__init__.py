"""Many plans of one scenario, and what they say together: each study with its words, figure and command."""
