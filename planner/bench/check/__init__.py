"""An exact check of what a solver returned, which shares nothing with any solver."""
