#!/usr/bin/env bash
# igraph reads a yes-or-no that a GraphML file does not give as no.
#
# Versions: igraph 1.0.0, networkx 3.6.1, rustworkx 0.18.1. Three cables; "lit" is given as true for the first only, and
# "ms" for the first two. igraph says that the other two are not lit, while it says NaN for the length that is missing.
# rustworkx says None, networkx leaves the attribute out. Written out again by igraph, the guess is in the file for all to
# read. One guesses that what is missing is missing for every type.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --disable-pip-version-check --quiet igraph==1.0.0 networkx==3.6.1 rustworkx==0.18.1 numpy==2.4.6
cd "$folder"
env/bin/python - > seen <<'END'
from pathlib import Path

import igraph
import networkx
import rustworkx

Path("cables.graphml").write_text('''<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
  <key id="d0" for="edge" attr.name="lit" attr.type="boolean"/>
  <key id="d1" for="edge" attr.name="ms" attr.type="double"/>
  <graph edgedefault="undirected">
    <node id="a"/><node id="b"/><node id="c"/>
    <edge source="a" target="b"><data key="d0">true</data><data key="d1">1.5</data></edge>
    <edge source="b" target="c"><data key="d1">2.5</data></edge>
    <edge source="a" target="c"/>
  </graph>
</graphml>
''')
read = igraph.Graph.Read_GraphML("cables.graphml")
print("igraph", [(edge["lit"], edge["ms"]) for edge in read.es])
print("rustworkx", [(edge["lit"], edge["ms"]) for edge in rustworkx.read_graphml("cables.graphml")[0].edges()])
print("networkx", networkx.read_graphml("cables.graphml").edges["b", "c"])
read.write_graphml("again.graphml")
print("by way of igraph", networkx.read_graphml("again.graphml").edges["n1", "n2"])
END
diff - seen <<'END'
igraph [(True, 1.5), (False, 2.5), (False, nan)]
rustworkx [(True, 1.5), (None, 2.5), (None, None)]
networkx {'ms': 2.5}
by way of igraph {'lit': False, 'ms': 2.5}
END
echo "as written: igraph-graphml-no-is-false"
