"""Hourly files in the forms in which public tools ship them, with invented numbers: row n of the year holds n / 10,000."""

from __future__ import annotations

from datetime import datetime, timedelta

from planner.io.hourly.epw import NAMES
from tests.weather.hourly import numbers

HOURS = [datetime(2021, 1, 1) + timedelta(hours=hour) for hour in range(8760)]  # noqa: DTZ001 - files say no zone
MONTH_YEARS = (2010, 2013, 2011, 2015, 1988, 2018, 2012, 2016, 2014, 2010, 2017, 1989)
"""The year each month of a typical year is taken from: two of them had summer time in China."""
TYPICAL = [time.replace(year=MONTH_YEARS[time.month - 1]) for time in HOURS]
VALUES = numbers(8760)
PREFACE_OF_PVGIS = """Latitude (decimal degrees): 37.500
Longitude (decimal degrees): 105.200
Elevation (m): 1234.0
month,year
""" + "".join(f"{month},{year}\n" for month, year in enumerate(MONTH_YEARS, 1))
LEGEND_OF_PVGIS = (
    "\nT2m: 2-m air temperature (degree Celsius)\nRH: relative humidity (%)\nPVGIS (c) European Union, 2001-2026\n"
)
NINJA = '# Renewables.ninja Wind (Point API) - 37.5, 105.2\n# {"units": {"electricity": "kW"}}\n'
NSRDB = (
    "Source,Location ID,City,Time Zone,Elevation,,\nNSRDB,1234,-,8,1200,,\nYear,Month,Day,Hour,Minute,Temperature,\n"
)


def told(head: str, rows: list[str], tail: str = "") -> str:
    """Return a file."""
    return head + "\n".join(rows) + "\n" + tail


def epw(times: list[datetime] = TYPICAL, *, offset: str = "8.0", width: int = 35) -> str:
    """Return an EPW file: months of many years, hours 1 to 24, minute 60, temperatures in the seventh cell."""
    head = [
        f"LOCATION,Zhongwei,Ningxia,CHN,CSWD,537040,37.5,105.2,{offset},1225.0",
        "DESIGN CONDITIONS,0",
        "TYPICAL/EXTREME PERIODS,0",
        "GROUND TEMPERATURES,0",
        "HOLIDAYS/DAYLIGHT SAVINGS,No,0,0,0",
        "COMMENTS 1,invented",
        "COMMENTS 2,invented",
        "DATA PERIODS,1,1,Data,Sunday, 1/ 1,12/31",
    ]
    rest = ["0"] * (len(NAMES) - 7)
    rows = [
        ",".join([str(t.year), str(t.month), str(t.day), str(t.hour + 1), "60", "?9", value, *rest][:width])
        for t, value in zip(times, VALUES, strict=True)
    ]
    return "\n".join([*head, *rows]) + "\n"


def rows(form: str, times: list[datetime] = HOURS, *, delimiter: str = ",", to_24: bool = False) -> list[str]:
    """Return a row for each hour: its time, then its number for both sites; ``{H}`` is the hour 0 to 23, or 1 to 24."""
    return [
        delimiter.join([form.format(t=t, H=t.hour + to_24), value, value])
        for t, value in zip(times, VALUES, strict=True)
    ]


SHIPPED: dict[str, str] = {
    "typical year": told("time,zhongwei,horinger\n", rows("{t:%Y-%m-%d %H:%M}", TYPICAL)),
    "hours to 24": told("time,zhongwei,horinger\n", rows("{t:%Y-%m-%d} {H:02d}:00", to_24=True)),
    "typical to 24, day after month": told("time,zhongwei,horinger\n", rows("{t:%d/%m/%Y} {H:02d}:00", TYPICAL, to_24=True)),
    "TMY3": told(
        '690150,"ZHONGWEI",NX,8.0,37.5,105.2,1225\nDate (MM/DD/YYYY),Time (HH:MM),zhongwei,horinger\n',
        rows("{t:%m/%d/%Y},{H:02d}:00", TYPICAL, to_24=True),
    ),
    "PVGIS": told(f"{PREFACE_OF_PVGIS}time(CST),zhongwei,horinger\n", rows("{t:%Y%m%d}:{t:%H}10", TYPICAL), LEGEND_OF_PVGIS),
    "NSRDB": told(NSRDB.replace("Temperature,", "zhongwei,horinger"), rows("{t.year},{t.month},{t.day},{t.hour},30")),
    "ninja": told(f"{NINJA}time,local_time,zhongwei,horinger\n", rows("{t:%Y-%m-%d %H:%M},{t:%Y-%m-%d %H:%M}")),
    "comments of a width": told("# a point,,\n# unit,,kW\n! of 2021\n// so\ntime,zhongwei,horinger\n", rows("{t:%Y-%m-%d %H:%M}")),
    "pandas index": told(",zhongwei,horinger\n", rows("{t:%Y-%m-%d %H:%M:%S}")),
    "numpy": told("# time,zhongwei,horinger\n", rows("{t:%Y-%m-%dT%H:%M}")),
    "units below the header": told("time,zhongwei,horinger\n,degC,degC\n", rows("{t:%Y-%m-%d %H:%M}")),
    "semicolons": told("#Data:\nDate;Time;zhongwei;horinger\n", rows("{t:%d.%m.%Y};{t:%H:%M}", delimiter=";")),
    "tabs": told("date\thour\tzhongwei\thoringer\n", rows("{t:%Y%m%d}\t{H}", delimiter="\t", to_24=True)),
    "EnergyPlus": told("Date/Time,zhongwei,horinger\n", rows(" {t:%m/%d}  {H:02d}:00:00", to_24=True)),
    "Chinese": told("时间,中卫集群,和林格尔集群\n", rows("{t.year}年{t.month}月{t.day}日{t.hour}时")),
    "年月日时": told("站号,年,月,日,时,zhongwei,horinger\n", rows("53704,{t.year},{t.month},{t.day},{t.hour}")),
    "compact": told("datetime,zhongwei,horinger\n", rows("{t:%Y%m%d%H}")),
    "NASA POWER": told(
        "-BEGIN HEADER-\nNASA/POWER Hourly\nDates: 01/01/2021 through 12/31/2021\n-END HEADER-\nYEAR,MO,DY,HR,zhongwei,horinger\n",
        rows("{t.year},{t.month},{t.day},{t.hour}"),
    ),
    "Open-Meteo": told(
        "latitude,longitude,elevation,utc_offset_seconds\n37.5,105.2,1225.0,28800\n\ntime,zhongwei,horinger\n",
        rows("{t:%Y-%m-%dT%H:%M}"),
    ),
    "halves of the day": told("time,zhongwei,horinger\n", rows("{t:%m/%d/%Y %I:%M %p}")),
    "a weather service, filled with spaces": told(
        "STATIONS_ID;MESS_DATUM;zhongwei;horinger;eor\n",
        [f"         44;{row};eor" for row in rows("{t:%Y%m%d%H}", delimiter=";    ")],
    ),
    "a name over two lines": told('time,zhongwei,horinger,"not\nused"\n', [f"{row},x" for row in rows("{t:%Y-%m-%d %H:%M}")]),
    "a comma behind": told("time,zhongwei,horinger\n", [f"{row}," for row in rows("{t:%Y-%m-%d %H:%M}")]),
    "stations as names": told("time,53704,53463\n", rows("{t:%Y-%m-%d %H:%M}")),
    "a running number first": told("no,time,zhongwei,horinger\n", rows("7,{t:%Y-%m-%d %H:%M}")),
}  # fmt: skip
"""Every one says the same: hour n of the year, on the file's own clock, is VALUES[n] at both sites."""
