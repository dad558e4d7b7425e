"""``planner new``: a small scenario that runs as it is, every table and column explained beside it.

The figures are made up, and the scenario's own ``source.csv`` says so. What the installed features do not declare is
left out, and what they declare beyond the example is listed in the comments, so that the starter never goes stale.
"""

from __future__ import annotations

import csv
import io
import os
import secrets
import shutil
from typing import TYPE_CHECKING, Any

from planner.errors import UsageError, shown
from planner.io.files.run_swap import move
from planner.io.files.toml_file import write_toml
from planner.io.files.writing import writing
from planner.io.schema.dictionary import default_of, plain_tables, scalar_section, sentence, table_section
from planner.language import say
from planner.scenario.schema import PLACED, SCENARIO, SOURCE, Schema, schema_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from planner.scenario.parameter import Declarations, Parameter

FEATURES = (
    "time", "demand", "routes", "allocation", "site_capacity", "site_expansion", "facility_load", "power_supply",
    "green_power_share", "emissions", "traffic",
)  # fmt: skip
PARAMETERS: Mapping[str, Any] = {
    "network_layer": "optical",
    "green_power_share_mode": "certificate",
    "green_power_share_on": "all",
    "emissions_accounting": "contract",
    "carbon_price": 60,
}
TABLES = {
    "region": """
region,name_zh,name_en,hub,side,province,longitude,latitude
beijing,北京,Beijing,beijing-tianjin-hebei,east,北京,116.41,39.90
guangzhou,广州,Guangzhou,greater-bay-area,east,广东,113.26,23.13
""",
    "site": """
site,name_zh,name_en,hub,side,province,longitude,latitude,utilisation_max,pue,wue,water_price,grid_power_max,\
grid_power_price,emission_factor,certificate_price,green_power_share_min
zhangjiakou,张家口,Zhangjiakou,beijing-tianjin-hebei,east,河北,115.52,40.42,0.9,1.25,0.8,5,300,480,0.65,6,0.5
shaoguan,韶关,Shaoguan,greater-bay-area,east,广东,113.60,24.81,0.9,1.25,1.6,4,250,620,0.45,6,0.3
guian,贵安,Gui'an,guizhou,west,贵州,106.63,26.42,0.9,1.2,0.9,3,400,400,0.5,5,0.5
""",
    "workload": """
workload,name_zh,name_en,compute_type,latency_max,reach,traffic_per_mw
online,在线服务,Online services,general,10,national,8
training,模型训练,Model training,intelligent,50,national,0.5
""",
    "compute_type": """
compute_type,name_zh,name_en
general,通用算力,General computing
intelligent,智能算力,Intelligent computing
""",
    "technology": """
technology,name_zh,name_en
wind,风电,Wind
""",
    "timestep": """
timestep,period,position,timestep_weight,timestep_duration
day,typical,1,4380,12
night,typical,2,4380,12
""",
    "region_workload": """
region,workload,demand
beijing,online,40
beijing,training,60
guangzhou,online,50
guangzhou,training,50
""",
    "region_site": """
region,site,transfer_price,traffic_price
beijing,zhangjiakou,2,0.001
beijing,shaoguan,15,0.006
beijing,guian,15,0.006
guangzhou,zhangjiakou,15,0.006
guangzhou,shaoguan,2,0.001
guangzhou,guian,8,0.003
""",
    "workload_timestep": """
workload,timestep,demand_profile
online,day,1.3
online,night,0.7
""",
    "site_compute_type": """
site,compute_type,capacity_existing,module_size,module_cost,modules_max
zhangjiakou,general,60,10,22000000,5
zhangjiakou,intelligent,40,10,26000000,5
shaoguan,general,60,10,25000000,5
shaoguan,intelligent,20,10,29000000,5
guian,general,20,10,20000000,10
guian,intelligent,30,10,24000000,10
""",
    "site_technology": """
site,technology,green_capacity_existing,green_capacity_max,green_capacity_cost,green_power_price
zhangjiakou,wind,20,300,900000,40
shaoguan,wind,0,300,1100000,40
guian,wind,0,300,1000000,40
""",
    "site_technology_timestep": """
site,technology,timestep,availability
zhangjiakou,wind,day,0.28
zhangjiakou,wind,night,0.4
shaoguan,wind,day,0.2
shaoguan,wind,night,0.28
guian,wind,day,0.22
guian,wind,night,0.26
""",
}
SOURCED = "source,date,licence,confidence,note"
MADE_UP = ("planner new", "", "Apache-2.0", "illustrative", "made up for a start; replace it")
LOOKED_UP = ("public geography", "", "fact", "published", "of the place named")


def write_starter(folder: Path, declarations: Declarations) -> None:
    """Write a scenario folder to start from, whole or not at all."""
    if os.path.lexists(folder):
        raise UsageError(say("{folder} exists already; choose another name", folder=shown(folder)))
    files = starter_files(folder.name, declarations)
    draft = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.planner-new")
    with writing(folder, say("nothing was written")):
        try:
            draft.mkdir()
            for name, text in files.items():
                (draft / name).write_bytes(text.encode())
            move(draft, folder)
        except FileExistsError as error:
            raise UsageError(say("{folder} exists already; choose another name", folder=shown(folder))) from error
        except ValueError as error:  # a name that no text, or no file system, can hold
            raise OSError(str(error)) from error
        finally:
            shutil.rmtree(draft, ignore_errors=True)


def starter_files(name: str, declarations: Declarations) -> dict[str, str]:
    """Return the files of the starter by name, as text."""
    schema = schema_of(declarations)
    tables = {table: rows for table, text in TABLES.items() if (rows := _known(table, text, schema))}
    scalars = {key: value for key, value in PARAMETERS.items() if key in schema.scalars}
    files = {f"{table}.csv": _csv(rows) for table, rows in tables.items()}
    files[f"{SOURCE}.csv"] = _csv(_sources(tables, scalars, schema))
    files["scenario.toml"] = "\n".join(_toml(name, scalars, schema)) + "\n"
    files["README.md"] = "\n".join(_readme(name, tables, schema)) + "\n"
    return files


def _known(table: str, text: str, schema: Schema) -> list[list[str]]:
    """Return header and rows of the columns that are declared; nothing of a table that is not."""
    if table not in schema.tables:
        return []
    rows = list(csv.reader(io.StringIO(text.strip())))
    known = {*schema.tables[table].keys, *schema.tables[table].columns}
    kept = [place for place, column in enumerate(rows[0]) if column in known]
    if not set(rows[0]) & set(schema.tables[table].columns):
        return []
    return [[row[place] for place in kept] for row in rows]


def _sources(tables: Mapping[str, list[list[str]]], scalars: Mapping[str, Any], schema: Schema) -> list[list[str]]:
    """Return a source for every numeric column, and for every scalar."""
    rows = [["table", "key", "column", *SOURCED.split(",")]]
    rows += [[SCENARIO, "", name, *MADE_UP] for name in scalars if schema.scalars[name].is_numeric]
    for table, (header, *_) in tables.items():
        numeric = [name for name in header if (found := schema.tables[table].columns.get(name)) and found.is_numeric]
        rows += [[table, "", name, *(LOOKED_UP if name in PLACED else MADE_UP)] for name in numeric]
    return rows


def _csv(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _toml(name: str, scalars: Mapping[str, Any], schema: Schema) -> Iterator[str]:
    declared = schema.declarations.features
    listed = [feature for feature in FEATURES if feature in declared]
    others = [feature for feature in declared if feature not in listed]
    yield from (
        "# A scenario to start from. Its figures are made up: see source.csv.",
        "# CSV has no comments, so README.md in this folder explains every table and column.",
        f"# Next: planner check {shown(name)}   then: planner run {shown(name)}",
        "",
        *write_toml({"title": name}).splitlines(),
        '# title_zh = "中文标题"               # shown on maps drawn with --language zh',
        '# extends = "../another-scenario"   # lay this folder over another: its cells replace, its keys add',
        "",
        "# The families of rules that apply. A feature that is not listed adds nothing.",
        "features = [",
        *(f'    "{feature}",' for feature in listed),
        *(f'    # "{feature}",' for feature in others),
        "]",
        "",
        "[objective]",
        'minimise = "cost"   # "emissions", "latency", or weights: { cost = 1, emissions = 90 }',
        "",
        "[parameters]   # scalars; one that is commented out has its default",
    )
    for key, parameter in schema.scalars.items():
        yield from _assignments(parameter, scalars.get(key))
    yield from (
        "",
        "# [time]",
        "# hours = 8760          # what the weights of timestep.csv must add up to",
        "",
        "[solver]",
        "# time_limit = 600      # seconds",
        "mip_gap = 0.0           # relative gap at which a plan with integers counts as optimal; 1e-3 is quicker",
        '# algorithm = "choose"  # simplex, ipm, hipo, pdlp: what HiGHS uses for linear programmes',
        "",
        "# [set]                 # after all tables are read: a whole column, or rows picked by key",
        '# "site.pue" = 1.2',
        '# "workload.latency_max" = { training = 30 }',
        "",
        "# [drop]                # take rows away, in every table that names the key",
        '# site = ["shaoguan"]',
    )


def _assignments(parameter: Parameter, value: Any) -> Iterator[str]:
    """Yield one scalar as lines of TOML: with the starter's value, or commented out with its default."""
    unit = f" [{parameter.unit}]" if parameter.unit not in {"", "1"} else ""
    yield f"# {sentence(parameter.description)}{unit}"
    if parameter.choices:
        yield f"# One of: {', '.join(parameter.choices)}."
    if value is not None:
        yield write_toml({parameter.name: value}).strip()
        return
    default = default_of(parameter).strip("`")
    yield (
        f'# {parameter.name} = "{default}"'
        if parameter.kind in {"choice", "text"}
        else f"# {parameter.name} = {default}"
    )


def _readme(name: str, tables: Mapping[str, Any], schema: Schema) -> Iterator[str]:
    yield from (
        f"# {shown(name)}",
        "",
        "A scenario to start from: two regions, three sites, two workloads, two timesteps. **Its figures are made",
        "up**, as `source.csv` says of each. It runs as it is. Replace the tables one by one, and run `planner check`",
        "after each.",
        "",
        "A parameter indexed by (a, b) is a column of the table `a_b.csv`, whose key columns are `a` and `b`. The rows",
        "of a table with one key are the members of that set. The order of rows and columns does not matter. An empty",
        "cell takes the default; `none` as default means that there is no such limit, price or link; `required` holds",
        "where the feature is listed.",
        "",
        f"In this folder: {', '.join(f'`{table}.csv`' for table in (*tables, SOURCE))}.",
        "The other tables below may be added.",
        "",
    )
    yield from scalar_section(schema)
    for table in plain_tables(schema):
        yield from table_section(table, schema)
