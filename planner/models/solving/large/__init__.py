"""Methods for large problems: blocks, a dive for whole integers, branch and bound."""
