#!/usr/bin/env bash
# igraph reads the ids of a GraphML file's links as those of its nodes.
#
# Versions: igraph 1.0.0, networkx 3.6.1, rustworkx 0.18.1. Four cables between three cities, each with an id. igraph calls the
# first cable beijing, the second xian, the third lanzhou, which are the nodes in their order, and the fourth, beyond the last
# node, nothing. The attribute "id" is there on every link, so that a table of link names joins without a miss and names
# other links. networkx and rustworkx have the ids of the file. One guesses that a link's id is the link's.
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
  <graph edgedefault="undirected">
    <node id="beijing"/><node id="xian"/><node id="lanzhou"/>
    <edge id="cable-1" source="beijing" target="xian"/>
    <edge id="cable-2" source="beijing" target="xian"/>
    <edge id="cable-3" source="xian" target="lanzhou"/>
    <edge id="cable-4" source="lanzhou" target="beijing"/>
  </graph>
</graphml>
''')
print("igraph", igraph.Graph.Read_GraphML("cables.graphml").es["id"])
print("networkx", sorted(key for _, _, key in networkx.read_graphml("cables.graphml").edges(keys=True)))
print("rustworkx", [edge["id"] for edge in rustworkx.read_graphml("cables.graphml")[0].edges()])
END
diff - seen <<'END'
igraph ['beijing', 'xian', 'lanzhou', '']
networkx ['cable-1', 'cable-2', 'cable-3', 'cable-4']
rustworkx ['cable-1', 'cable-2', 'cable-3', 'cable-4']
END
echo "as written: igraph-graphml-edge-ids"
