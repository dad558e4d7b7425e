#!/usr/bin/env bash
# A layer in Beijing 1954 is torn along the edges of oil fields when it is transformed to WGS 84.
#
# Versions: geopandas 1.2.0, pyproj 3.7.2 (PROJ 9.5.1). EPSG knows shifts from Beijing 1954 for five areas of exploration
# (Tarim, Ordos, the offshore basins) and none for the rest of China. PROJ chooses the operation point by point, and where
# there is none it falls back on leaving the coordinates as they are. So to_crs moves a point at 87.99 E, 38.5 N by 40 m
# and its neighbour 1.7 km farther east not at all; the layer says EPSG:4326 throughout and there is no warning. Xian 1980
# (EPSG:4610) is moved nowhere. One guesses that a datum shift is smooth, or is missing as a whole.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --disable-pip-version-check --quiet geopandas==1.2.0 pyproj==3.7.2 shapely==2.2.0 pandas==3.0.5 numpy==2.4.6
cd "$folder"
env/bin/python - > seen <<'END'
import warnings

import geopandas
import pyproj
import shapely

warnings.simplefilter("error")
EARTH = pyproj.Geod(ellps="WGS84")
PLACES = {
    "Tarim": (87.99, 38.5),
    "2 km east of it": (88.01, 38.5),
    "Ordos": (107.01, 38.5),
    "2 km west of it": (106.99, 38.5),
    "Beijing": (116.4, 39.9),
}
for code in (4214, 4610):
    layer = geopandas.GeoSeries([shapely.Point(place) for place in PLACES.values()], crs=code)
    moved = layer.to_crs(4326)
    print(layer.crs.name, "to EPSG", moved.crs.to_epsg())
    for name, before, after in zip(PLACES, layer, moved):
        print(f"  {name}: moved {EARTH.inv(before.x, before.y, after.x, after.y)[2]:.0f} m")
END
diff - seen <<'END'
Beijing 1954 to EPSG 4326
  Tarim: moved 40 m
  2 km east of it: moved 0 m
  Ordos: moved 48 m
  2 km west of it: moved 0 m
  Beijing: moved 0 m
Xian 1980 to EPSG 4326
  Tarim: moved 0 m
  2 km east of it: moved 0 m
  Ordos: moved 0 m
  2 km west of it: moved 0 m
  Beijing: moved 0 m
END
echo "as written: beijing-1954-tears-a-layer"
