"""Networks of other tools, read into the nodes and links of a scenario folder."""
