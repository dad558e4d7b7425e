#!/usr/bin/env bash
# topohub's networks of SNDlib: twelve of 26 have the pixels of a drawing for degrees, and lengths in km made of them.
#
# Version: topohub 1.5.1. Its pages say that positions are longitude and latitude and that "dist" is the length of a link in
# kilometres. SNDlib's native files do not say whether their coordinates are degrees or those of a drawing. Eleven networks
# have some beyond 90 degrees of latitude, and the Indian one lies between 0 and 48 degrees east, where India is between 68
# and 98. Great circles are drawn between the pixels all the same: the links of the French network are 8,761 km long on the
# average, those of New York 10,635, and all that is made of lengths follows. The other networks have true places: Poland's
# links are of 188 km. One guesses that a column of lengths holds lengths, or is empty.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --disable-pip-version-check --quiet topohub==1.5.1
cd "$folder"
env/bin/python - > seen <<'END'
import topohub

NAMES = """abilene atlanta brain cost266 dfn-bwin dfn-gwin di-yuan france geant germany50 giul39 india35 janos-us-ca
janos-us newyork nobel-eu nobel-germany nobel-us norway pdh pioro40 polska sun ta1 ta2 zib54""".split()
networks = {name: topohub.get(f"sndlib/{name}") for name in NAMES}
beyond = [name for name in NAMES if any(abs(node["pos"][1]) > 90 for node in networks[name]["nodes"])]
print(len(NAMES), "networks, beyond the pole:", *beyond)
print("a node of france:", networks["france"]["nodes"][0]["pos"])
for name in ("france", "newyork", "polska"):
    lengths = [link["dist"] for link in networks[name]["edges"]]
    print(name, "links of", round(sum(lengths) / len(lengths)), "km")
east = [node["pos"][0] for node in networks["india35"]["nodes"]]
print("india35 from", min(east), "to", max(east), "degrees east")
END
diff - seen <<'END'
26 networks, beyond the pole: atlanta di-yuan france giul39 newyork norway pioro40 sun ta1 ta2 zib54
a node of france: [200.0, 175.0]
france links of 8761 km
newyork links of 10635 km
polska links of 188 km
india35 from 0.0 to 48.0 degrees east
END
echo "as written: topohub-drawings-as-places"
