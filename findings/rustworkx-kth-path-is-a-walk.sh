#!/usr/bin/env bash
# rustworkx's k-th shortest path may go through the same city twice.
#
# Version: rustworkx 0.18.1. Cables A-B (2 ms) and B-C (3 ms): there is one path from A to C, of 5 ms.
# k_shortest_path_lengths says 9 ms for the second, A-B-A-B-C or A-B-C-B-C, 11 for the third, and gives A itself a second
# path of 4 ms. So a spare route is reported between cities that have none, and a round trip over one cable counts as
# redundancy. networkx 3.6.1 (shortest_simple_paths) gives the one path. One guesses paths in the sense of backup routes,
# as in Yen's algorithm.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --disable-pip-version-check --quiet rustworkx==0.18.1 networkx==3.6.1 numpy==2.4.6
cd "$folder"
env/bin/python - > seen <<'END'
from itertools import pairwise

import networkx
import rustworkx

CABLES = [(0, 1, 2.0), (1, 2, 3.0)]
graph = rustworkx.PyGraph()
graph.add_nodes_from("ABC")
graph.add_edges_from(CABLES)
for k in (1, 2, 3):
    lengths = rustworkx.k_shortest_path_lengths(graph, 0, k, lambda length: length)
    print(k, {graph[node]: lengths[node] for node in sorted(lengths.keys())})

other = networkx.Graph()
other.add_weighted_edges_from(CABLES)
paths = list(networkx.shortest_simple_paths(other, 0, 2, weight="weight"))
print("networkx", [sum(other[a][b]["weight"] for a, b in pairwise(path)) for path in paths])
END
diff - seen <<'END'
1 {'A': 0.0, 'B': 2.0, 'C': 5.0}
2 {'A': 4.0, 'B': 6.0, 'C': 9.0}
3 {'A': 8.0, 'B': 8.0, 'C': 11.0}
networkx [5.0]
END
echo "as written: rustworkx-kth-path-is-a-walk"
