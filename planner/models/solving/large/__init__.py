"""Methods for large problems: columns on demand, blocks, a dive for whole integers, branch and bound."""
