"""Nobody outside ``features/`` knows a feature's names by a string of its own, but for a short list with reasons.

The names are those of parameters, result tables, columns and features. Words too general to belong to one feature are
left out by a rule, see :func:`general`. Docstrings do not count.
"""

from __future__ import annotations

import ast
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import planner
from planner.models.declarations import declarations, feature_modules
from planner.scenario.parameter import names_of, place_of
from planner.scenario.settings import OBJECTIVES
from planner.views.words import WORDS
from tests.house import parsed

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(planner.__file__).parent
DECLARING = ("models/features/", "models/objective.py")
"""Where names are declared: a feature's own file, and the objective's."""
ORDINARY = frozenset(
    {
        "category",
        "data",
        "direction",
        "distance",
        "from",
        "mode",
        "month",
        "on",
        "open",
        "order",
        "path",
        "scope",
        "share",
        "target",
        "time",
        "to",
        "year",
    }
)
"""Plain English, which Python, ``scenario.toml`` and the page use in other senses as well."""

LISTED: dict[str, dict[str, str]] = {
    (
        "What ties years is the same whether stages, futures or both make them: it asks the one or the other, where it "
        "is listed, for its choices; the audit and the summary state it once more."
    ): {
        "cases/audit.py": "asset lifetime pathway uncertainty vintage whole_modules_until",
        "cases/factors.py": "discount_rate_social",
        "cases/summary.py": "cvar_level cvar_weight discount_rate_social probability stage_years uncertainty",
        "cases/joined.py": "vintage",
        "cases/plan.py": "asset vintage",
        "cases/ties.py": "investment vintage vintages",
        "figures/cases.py": "vintages",
        "figures/stages.py": "asset vintage",
        "cases/vintages.py": "futures_known_from lifetime pathway uncertainty whole_modules_until",
        "studies/explain/years.py": "build_rate_max",
    },
    (
        "They check or gather the tables of several features anew: an independent audit states them again, a shared "
        "ledger once."
    ): {
        "models/rules/audit_network.py": (
            "link.from link.to link_capacity_existing link_capacity_existing_back link_latency link_length "
            "link_modules_max"
        ),
        "models/rules/audit_outage.py": (
            "access_latency backbone_module hub_outage_link hub_outage_path link_capacity_new "
            "link_outage.capacity_lost link_utilisation_max outage_allocation outage_latency_max "
            "outage_link_traffic outage_path_traffic outage_return_path_traffic return_traffic_per_mw traffic_per_mw"
        ),
        "models/rules/audit_time.py": "period position",
        "models/rules/audit_work.py": "allocation work_factor",
        "models/rules/green_ledger.py": (
            "availability certificates charge counts_hourly discharge excess excess_keeps_certificate "
            "facility_load green_power green_power_matched green_power_share green_power_share_mode "
            "period power_supply power_supply_certificates power_supply_technology share_min site_draw "
            "storage timestep_duration"
        ),
        "models/invariants.py": (
            "allocation backlog certificates charge compute_load curtailed demand discharge excess "
            "excess_keeps_certificate facility_load flexible_workloads green_power green_power_used "
            "grid_power it_load power_supply power_supply_certificates power_supply_technology "
            "site_capacity site_draw storage timestep_duration timestep_weight unserved_demand work_factor"
        ),
        "figures/ledger.py": "timestep_weight",
        "models/rules/usable.py": (
            "deferral_max demand demand_profile flexible_workloads module_size peak_factor period timestep_duration "
            "utilisation_max work_factor workload.compute_type"
        ),
        "figures/work.py": "allocation demand routes unserved_demand",
    },
    (
        "The reader orders timesteps, fills them and chooses days before there is a model: the columns of ``time`` "
        "and the profiles."
    ): {
        "pipeline/hours_chart.py": "availability period",
        "io/hourly/hourly_steps.py": "period timestep_duration timestep_weight",
        "io/hourly/import_tables.py": "timestep_duration timestep_weight",
        "io/read/order.py": "period position",
        "io/hourly/place_columns.py": "temperature",
        "io/read/assembling.py": "position",
        "profiles/days/profile_tables.py": "duration_curve_rmse mean_full mean_reduced quantile_full rmse",
        "profiles/days/reduced_tables.py": "period position timestep_weight",
        "profiles/days/representative_days.py": (
            "availability demand demand_profile period position representative_days temperature timestep_weight"
        ),
        "profiles/typical_year.py": "temperature",
        "profiles/days/whole_days.py": "period position timestep_duration timestep_weight",
    },
    "An import writes the columns of the tables it is for.": {
        "io/network/network_tables.py": (
            "link_capacity_existing link_capacity_existing_back link_length link_module_cost link_module_size "
            "link_modules_max"
        ),
    },
    "Elements of another tool's file, which are called so there.": {
        "io/network/sndlib_xml.py": "capacity demand",
    },
    "``representative_days`` in ``[time]``, and ``[pathway]``, are settings, which the features are called after.": {
        "io/read/edits.py": "pathway",
        "io/schema/json_schema.py": "representative_days",
        "scenario/settings.py": "pathway representative_days",
        "io/workbook/settings.py": "pathway representative_days",
    },
    "What a hook of a feature is handed, by name: here the table of routes.": {
        "models/guests.py": "routes",
    },
    "A scenario of its own: the starter's.": {
        "io/schema/starter.py": (
            "allocation carbon_price demand emissions_accounting facility_load green_power_share "
            "green_power_share_mode green_power_share_on network_layer power_supply routes site_capacity "
            "site_expansion traffic"
        ),
    },
    "A study of one feature, whose parameters it sets and whose numbers it lists.": {
        "studies/cost_of_green/points.py": (
            "certificates deferral_max excess flexible_workloads green_power_share storage_energy "
            "storage_power utilisation_min"
        ),
        "studies/cost_of_green/report.py": "accounting storage_energy storage_power",
        "studies/futures/answer.py": "probability",
        "studies/futures/choice.py": "cvar_level",
        "studies/futures/command.py": "asset cvar_level cvar_weight vintages",
        "studies/futures/findings.py": "asset vintage vintages",
        "studies/futures/report.py": "asset",
        "studies/futures/store.py": "asset probability",
        "studies/futures/trials.py": "asset cvar_weight vintage vintages",
        "studies/pareto/report.py": "carbon_price",
        "pipeline/dispatch_year.py": "green_power_share green_shortfall representative_days unserved_price",
    },
    "A layer drawn by its columns: a map is made of a file alone, whoever made it.": {
        "io/results/qgis_style.py": "allocation it_load traffic",
        "views/maps/difference.py": "allocation",
        "views/maps/links.py": "modules traffic",
        "views/maps/layers.py": "allocation capacity_new demand green_power_share green_power_share_mode it_load",
        "views/years/stage_maps.py": "demand",
        "views/report/destinations.py": "demand",
    },
    "The lines of a network by the columns of ``figures/lines.py``, whatever feature has them.": {
        "figures/lines.py": "modules traffic",
        "studies/compare/differences/tables.py": "modules traffic",
        "studies/compare/sheets.py": "modules traffic",
        "views/report/network.py": "modules traffic",
    },
    "Words, colours and ids of the page's script and of the charts, by the name of what is drawn.": {
        "views/charts/dispatch.py": "discharge",
        "views/charts/duration.py": "facility_load grid_power",
        "views/charts/hours.py": "charge discharge",
        "views/charts/style.py": "facility_load grid_power",
        "scenario/column.py": "charge discharge",
        "views/report/controls.py": "capacity demand pue",
        "views/report/explorer.py": "demand modules period traffic traffic_per_mw",
        "views/report/script_texts.py": "traffic",
        "views/report/spending.py": "certificates curtailed demand excess",
    },
    "Places in ``summary.json`` and its counts, each with its sentence.": {
        "studies/alternatives/report.py": "capacity_new",
        "studies/compare/differences/moves.py": "demand",
        "studies/compare/text.py": "capacity_new certificates modules traffic",
        "studies/compare/words.py": "certificates",
        "studies/sweep/report.py": "capacity_new",
        "studies/sweep/folder.py": "capacity_new",
        "views/headline.py": "green_shortfall routes",
        "views/years/sentences.py": "discount_rate_social green_power_share",
        "views/years/section.py": "green_power_share it_load",
        "views/years/pictures.py": "green_power_share it_load",
        "models/algebra/plan_model.py": "routes",
        "pipeline/record.py": "green_power_share",
        "views/report/headline.py": "capacity capacity_new green_power_share green_power_share_new traffic water",
    },
}
"""What stays, by reason and file: the names."""


def general() -> set[str]:
    """Return the words that belong to no feature.

    Sets (``site``) and what every member of one may have (``name_zh``, ``hub``); what a run, its objective and its
    sources are called in ``summary.json``, ``scenario.toml`` and ``source.csv``; plain English.
    """
    labels = {each.name for each in (*names_of("site"), *place_of("site"))}
    return {*declarations().sets, *WORDS, *OBJECTIVES, *labels, *ORDINARY}


def names() -> set[str]:
    """Return the names that belong to a feature."""
    known = declarations()
    parameters = {word for key, each in known.parameters.items() for word in (key, each.name)}
    columns = {word for _, column in known.columns for word in (column.table, column.name)}
    return ({*feature_modules(), *parameters, *columns}) - general()


def literals(path: Path) -> Iterator[str]:
    """Yield the strings of a file that are neither docstrings nor keys of ``summary.json``."""
    tree = parsed(path)
    passed = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    passed |= {id(key) for node in ast.walk(tree) for key in summary_keys(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in passed:
            yield node.value


def summary_keys(node: ast.AST) -> Iterator[ast.expr]:
    """Yield what a summary is asked for: ``summary["capacity"]``, ``results.summary.get("modules")``."""
    if isinstance(node, ast.Subscript) and last_name(node.value) == "summary":
        yield node.slice
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
        yield from node.args[:1] if last_name(node.func.value) == "summary" else ()


def last_name(node: ast.expr) -> str:
    """Return the name of a variable or an attribute."""
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def foreign() -> dict[str, Counter[str]]:
    """Return by file how often it has each name of a feature as a string of its own."""
    known, found = names(), {}
    for path in sorted(PACKAGE.rglob("*.py")):
        file = path.relative_to(PACKAGE).as_posix()
        counted = Counter(word for word in literals(path) if word in known)
        if counted and not file.startswith(DECLARING):
            found[file] = counted
    return found


def test_no_file_knows_names_that_are_not_listed() -> None:
    """What a file says of a feature by name stands in the list with its reason; what it no longer says is off the list.

    Proves: every string of every file outside ``features/``. Sensitivity: a table read by its name where a declaration
    or an accessor of the feature would do, so that a feature renamed, or a new one, has to be told of there.
    """
    listed = {file: set(words.split()) for files in LISTED.values() for file, words in files.items()}
    found = {file: set(counted) for file, counted in foreign().items()}
    assert sum(len(files) for files in LISTED.values()) == len(listed), "a file stands under two reasons"
    for file in sorted({*listed, *found}):
        new, gone = (found.get(file, set()) - listed.get(file, set())), listed.get(file, set()) - found.get(file, set())
        assert not new, f"{file} knows {', '.join(sorted(new))} by a string: ask the declarations, or say why"
        assert not gone, f"{file} no longer knows {', '.join(sorted(gone))}: take it off the list"


def test_the_counter_sees_a_name() -> None:
    """A planted file is counted: a table's name, not its docstring, a set, or a key of the summary.

    Sensitivity: a counter that passes over everything.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "planted.py"
        path.write_text(
            '"""allocation"""\nx = tables["allocation"]["site"]\ny = summary["modules"]\n', encoding="utf-8"
        )
        assert [word for word in literals(path) if word in names()] == ["allocation"]


if __name__ == "__main__":
    counts = foreign()
    total = sum(map(Counter.total, counts.values()))
    sys.stdout.write(f"{total} names of features as strings in {len(counts)} files outside them\n")
