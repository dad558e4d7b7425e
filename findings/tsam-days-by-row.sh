#!/usr/bin/env bash
# tsam chooses typical days by counting rows: what the times say is not looked at, without a warning.
#
# Versions: tsam 4.1.1, pandas 3.0.5. Ten days of an hourly series that is 1 by day, from 08:00 to 15:00 (half in the
# first of these hours), and 0 by night, with times as its index. (1) Hours in local time, and the clocks go forward on
# the sixth day: from then on each period begins at 01:00, and the typical day has its sun an hour early. (2) One hour
# missing on the second day, as loggers do, and one more at the end: the same. (3) The series from last to first:
# accepted, each typical day runs backwards. aggregate is given hours for the length of a period and finds the resolution
# in the index, so one guesses that it cuts days by the clock, or refuses.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --disable-pip-version-check --quiet tsam==4.1.1 pandas==3.0.5 numpy==2.4.6
cd "$folder"
env/bin/python - > seen <<'END'
import warnings

import pandas as pd
import tsam

warnings.simplefilter("error")


def hours_with_sun(times):
    sun = ((times.hour >= 8) & (times.hour < 16)).astype(float)
    # The first hours carry a trace that tells backwards from forwards.
    series = pd.DataFrame({"sun": sun - 0.5 * (times.hour == 8)}, index=times)
    result = tsam.aggregate(series, n_clusters=2)
    days = result.cluster_representatives["sun"].groupby(level=0)
    counts = {int(day): int(count) for day, count in result.cluster_counts.items()}
    for day, values in days:
        found = [hour for hour, value in enumerate(values) if value > 0.25]
        print(f"  typical day of {counts[day]} days: sun from row {found[0]} to {found[-1]}, low in row", [
            hour for hour, value in enumerate(values) if 0.25 < value < 0.75])


plain = pd.date_range("2025-03-25", periods=240, freq="h")
print("clocks as they are")
hours_with_sun(plain.tz_localize("Asia/Shanghai"))
print("clocks go forward on the sixth day")
hours_with_sun(pd.date_range("2025-03-25", periods=240, freq="h", tz="Europe/Berlin"))
print("an hour is missing on the second day")
hours_with_sun(plain.delete(30).append(plain[-1:] + pd.Timedelta("1h")))
print("from last to first")
hours_with_sun(plain[::-1])
END
diff - seen <<'END'
clocks as they are
  typical day of 9 days: sun from row 8 to 15, low in row [8]
  typical day of 1 days: sun from row 8 to 15, low in row [8]
clocks go forward on the sixth day
  typical day of 5 days: sun from row 7 to 14, low in row [7]
  typical day of 5 days: sun from row 8 to 15, low in row [8]
an hour is missing on the second day
  typical day of 9 days: sun from row 7 to 14, low in row [7]
  typical day of 1 days: sun from row 8 to 15, low in row [8]
from last to first
  typical day of 9 days: sun from row 8 to 15, low in row [15]
  typical day of 1 days: sun from row 8 to 15, low in row [15]
END
echo "as written: tsam-days-by-row"
