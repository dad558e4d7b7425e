"""A small world of its own declarations, so that the reader's tests do not change with the model."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from planner.errors import Fault, InvalidInputError
from planner.io.read.read import read_scenario
from planner.scenario.parameter import Declarations, IndexSet, Parameter, names_of, place_of
from planner.scenario.scenario import Scenario

Files = dict[str, bytes]

SETS = (
    IndexSet("timestep", "TIMESTEPS", "Steps.", members_default=("year",)),
    IndexSet("region", "REGIONS", "Regions."),
    IndexSet("workload", "WORKLOADS", "Workloads."),
    IndexSet("site", "SITES", "Sites."),
    IndexSet("hub", "HUBS", "Hubs.", members_default=(), from_references=True),
    IndexSet("side", "SIDES", "Sides.", members_default=(), from_references=True),
    IndexSet("technology", "TECHNOLOGIES", "Technologies.", members_default=()),
    IndexSet("link", "LINKS", "Links.", members_default=()),
)

PARAMETERS = {
    "time": (
        Parameter("timestep_weight", ("timestep",), "h/a", "Hours.", None, low_open=True),
        Parameter("period", ("timestep",), "", "Chain.", None, "text"),
        Parameter("time", ("timestep",), "", "Start.", None, "text"),
        Parameter("position", ("timestep",), "", "Place in the chain.", None, "integer"),
    ),
    "demand": (
        *names_of("region"),
        *place_of("region"),
        *names_of("workload"),
        Parameter("demand", ("region", "workload"), "MW", "Load asked for."),
        Parameter("reach", ("workload",), "", "Reach.", "national", "choice", choices=("national", "hub", "province")),
        Parameter("indivisible", ("workload",), "1", "Whole or not.", default=False, kind="flag"),
        Parameter("latency_max", ("workload",), "ms", "Limit.", None),
    ),
    "supply": (
        *names_of("site"),
        *place_of("site"),
        *names_of("hub"),
        Parameter("pue", ("site",), "1", "PUE.", low=1.0, high=3.0, also_index=(("site", "timestep"),)),
        Parameter("price", ("site",), "CNY/MWh", "Power price.", low=-1e6, also_index=(("site", "timestep"), ())),
        Parameter("modules_max", ("site",), "1", "Modules.", 0, "integer"),
        Parameter("share_min", ("site",), "1", "Green share.", None, high=1.0),
        Parameter("hub_share_min", ("hub",), "1", "Green share of a hub.", None, high=1.0),
        Parameter("latency", ("region", "site"), "ms", "Latency.", None),
        Parameter("traffic_price", (), "CNY/GB", "Traffic price.", 0.0, also_index=(("region", "site"),)),
        Parameter("carbon_price", (), "CNY/t", "Carbon price.", 0.0),
        Parameter("layer", (), "", "Network.", "optical", "choice", choices=("optical", "internet")),
        Parameter("exact", (), "1", "A flag.", default=False, kind="flag"),
    ),
    "wind": (
        *names_of("technology"),
        Parameter("capacity", ("site", "technology"), "MW", "Green capacity.", 0.0),
        Parameter("wind_price", (), "CNY/MWh", "Price.", 0.0),
    ),
    "backbone": (
        Parameter("from", ("link",), "", "One end.", kind="reference", refers_to="site", per_table=True),
        Parameter("to", ("link",), "", "Other end.", kind="reference", refers_to="site", per_table=True),
        Parameter("length", ("link",), "km", "Length.", low_open=True),
    ),
}
REQUIRES = {
    "time": (),
    "demand": ("time",),
    "supply": ("demand",),
    "wind": ("supply",),
    "backbone": ("supply",),
}


def declarations() -> Declarations:
    """Return the world's declarations."""
    parameters = {p.key: p for found in PARAMETERS.values() for p in found}
    owner = {p.key: feature for feature, found in PARAMETERS.items() for p in found}
    owner |= {"timestep": "time", "region": "demand", "workload": "demand", "site": "supply", "hub": "supply"}
    owner |= {"side": "supply", "technology": "wind", "link": "backbone"}
    return Declarations(tuple(PARAMETERS), dict(REQUIRES), {s.name: s for s in SETS}, parameters, owner)


GOOD = {
    "scenario.toml": """\
title = "A small world"
title_zh = "小世界"
features = ["time", "demand", "supply", "backbone"]

[objective]
minimise = "cost"

[parameters]
carbon_price = 90
layer = "optical"
exact = true

[time]
hours = 8760

[solver]
name = "highs"
time_limit = 60
mip_gap = 1e-3
""",
    "site.csv": """\
site,name_zh,hub,side,province,longitude,latitude,pue,price,modules_max,share_min
wuhu,芜湖集群,delta,east,安徽,118.4,31.4,1.25,549.8,6,0.8
guian,贵安集群,guizhou,west,贵州,106.5,26.4,1.2,401.5,4,
NA,纳集群,delta,east,安徽,117.0,30.9,1.3,560,,0.5
""",
    "region.csv": """\
region,name_zh,hub,side,province,longitude,latitude
beijing,北京,,east,北京,116.4,39.9
010101,数字,guizhou,west,贵州,106.7,26.6
""",
    "workload.csv": """\
workload,name_en,reach,indivisible,latency_max
training,Training,national,true,
inference,Inference,province,false,20
""",
    "region_workload.csv": """\
region,workload,demand
beijing,training,120
beijing,inference,45.5
010101,training,30
010101,inference,1e1
""",
    "region_site.csv": """\
region,site,latency,traffic_price
beijing,wuhu,7.5,0.01
beijing,guian,14.25,0.02
010101,guian,0.5,0
""",
    "timestep.csv": """\
timestep,timestep_weight,period,position
night,4380,typical,2
day,4380,typical,1
""",
    "link.csv": """\
link,from,to,length
trunk,wuhu,guian,1400
spur,NA,wuhu,120
""",
    "hub.csv": """\
hub,name_zh,hub_share_min
delta,长三角枢纽,
guizhou,贵州枢纽,0.7
""",
    "technology.csv": """\
technology,name_en
wind,Wind
""",
    "site_technology.csv": """\
site,technology,capacity
guian,wind,100
""",
    "source.csv": """\
table,key,column,source,date,licence,confidence,note
scenario,,carbon_price,market,2025,fact,published,
site,,pue,survey,2025,fact,illustrative,"guessed, more or less"
site,wuhu,pue,operator,2025,fact,published,
region_workload,beijing;training,demand,count,2024,fact,derived,
""",
}


def good_files() -> Files:
    """Return the good scenario's files."""
    return {name: text.encode() for name, text in GOOD.items()}


def written(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Write files into a folder and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def read(folder: Path, *overrides: str) -> Scenario:
    """Read a scenario of this world."""
    return read_scenario(folder, declarations(), overrides)


def faults(folder: Path, *overrides: str) -> tuple[Fault, ...]:
    """Return the faults of a bad scenario; a good one gives none."""
    try:
        read(folder, *overrides)
    except InvalidInputError as error:
        return error.faults
    return ()
