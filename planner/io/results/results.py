"""Results, and the files they are written to; :mod:`planner.io.results.read_run` reads them back."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

import planner
from planner.figures import work
from planner.figures.cases import keys_of, of_case
from planner.figures.ledger import weights
from planner.io.read.write import write_scenario
from planner.io.results.manifest import hash_file, stamp, to_json
from planner.io.results.packed_arrays import BASIS, PROOF, write_arrays
from planner.io.results.result_tables import layout_of, write_table
from planner.io.results.run_folder import MANIFEST
from planner.language import rendered, say

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd
    import numpy.typing as npt

    from planner.scenario.scenario import Case, Scenario

SUMMARY, LOG, LAYERS = "summary.json", "solver.log", "plan.gpkg"
TABLES, SCENARIO = "tables", "scenario"
PRICES = "shadow_prices"
PRICE_COLUMNS = ("rule", "index", "price", "price_relaxed", "unit", "integers")
RANGING = "ranging"
DECIDING = "deciding"


@dataclass(frozen=True, repr=False)
class Results:
    """A plan, or what is known of a run that found none.

    Attributes
    ----------
    scenario
        The inputs.
    summary
        As in ``summary.json``.
    tables
        The features' result tables by name, such as ``allocation``; none without a plan.
    shadow_prices
        Columns rule, index, price, unit, ``integers``: whether they were fixed at the plan, and ``price_relaxed``: the
        price where they need not be whole (NaN where that is not known).
    manifest
        As in ``manifest.json``.
    log
        The solver's own words.
    ranging
        How far the numbers that matter may move: :data:`planner.models.solving.ranging.COLUMNS`; ``None`` in a run that
        was written before there was such a table.
    basis
        What a run that starts from this one may begin with, as :mod:`planner.models.solving.basis` keeps it; ``None``
        without.
    proof
        What the bound is proved from, as :mod:`planner.models.solving.proof.proof` keeps it; ``None`` without, and in a
        run that was read: :func:`planner.io.results.packed_arrays.read_proof` reads it.
    deciding
        What decides the plan: :data:`planner.models.deciding.COLUMNS`; ``None`` where nobody looked.
    chosen
        Of several years the one that a map or a page of one year is to show; ``None``: nobody chose.
    """

    scenario: Scenario
    summary: dict[str, Any]
    tables: Mapping[str, pd.DataFrame]
    shadow_prices: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(PRICE_COLUMNS)))
    manifest: dict[str, Any] = field(default_factory=dict)
    log: str = ""
    ranging: pd.DataFrame | None = None
    basis: Mapping[str, npt.NDArray[Any]] | None = None
    proof: Mapping[str, npt.NDArray[Any]] | None = None
    deciding: pd.DataFrame | None = None
    chosen: Case | None = None

    def __repr__(self) -> str:
        """Return the headline."""
        return planner.show(self)

    def _repr_html_(self) -> str:
        """Return headline and map, for a notebook."""
        return planner.show_html(self)

    def write(self, folder: str | Path, *, force: bool = False) -> Path:
        """Write a run folder like any other: tables, layers, map, page, manifest.

        Parameters
        ----------
        folder
            The run folder itself; must not exist yet.
        force
            Replace what stands there, whole.

        Raises
        ------
        CannotWriteError
            The folder exists, or the file system refused.
        """
        return planner.write_plan(self, folder, force=force)

    @property
    def has_plan(self) -> bool:
        """Whether there is a plan: without one there are no tables and no layers."""
        return bool(self.tables)

    @cached_property
    def shown(self) -> Results:
        """What a map or a page of one year shows: of several the last, or that which was chosen, with a note which."""
        case = self.shown_case
        return self if case is None else self.of_case(case)

    @property
    def shown_case(self) -> Case | None:
        """Of several years the one that a map or a page of one year shows: the last, in the likeliest future.

        Another one where it was chosen.
        """
        cases = self.scenario.cases
        if not cases or self.chosen is not None:
            return self.chosen if cases else None
        last = max(case.year for case in cases)
        return max((case for case in cases if case.year == last), key=lambda case: case.probability)

    def of_case(self, case: Case) -> Results:
        """Return the plan of one of several years by itself; its status, bound and gap are those of all together."""
        told = self.summary["cases"][self.scenario.cases.index(case)]
        keys = keys_of(self.scenario)
        prices = self.shadow_prices
        here = np.ones(len(prices), dtype=bool)
        for key in keys:
            here &= (prices[key] == getattr(case, key)).to_numpy(bool)
        note = say("one year of several that are planned together: {case}", case=case.name)
        whole = self.scenario.settings
        titles = [f"{title}: {case.name}" if title else "" for title in (whole.title, whole.title_zh)]
        # What is drawn is no year's unless its title says which.
        settings = replace(case.scenario.settings, title=titles[0], title_zh=titles[1])
        return replace(
            self,
            scenario=case.scenario.noted(name=" ".join([self.scenario.name, *case.name.split("/")]), settings=settings),
            summary={**self.summary, **told},
            tables=of_case(self.scenario, self.tables, case),
            shadow_prices=prices[here].drop(columns=keys).reset_index(drop=True),
            manifest={**self.manifest, "notes": [*self.manifest.get("notes", []), note]},
            basis=None,
            proof=None,
        )

    @cached_property
    def sites(self) -> gpd.GeoDataFrame:
        """The sites with their loads, capacities and supply; see :func:`planner.io.results.layers.site_layer`."""
        from planner.io.results.layers import site_layer  # noqa: PLC0415 - geopandas is slow to import and not always needed

        return site_layer(self.scenario, self.tables)

    @cached_property
    def regions(self) -> gpd.GeoDataFrame:
        """The regions with their demand; see :func:`planner.io.results.layers.region_layer`."""
        from planner.io.results.layers import region_layer  # noqa: PLC0415

        return region_layer(self.scenario, self.tables)

    @cached_property
    def flows(self) -> gpd.GeoDataFrame:
        """The work carried from regions to sites; see :func:`planner.io.results.layers.flow_layer`."""
        from planner.io.results.layers import flow_layer  # noqa: PLC0415

        return flow_layer(self.scenario, self.tables)

    @cached_property
    def links(self) -> gpd.GeoDataFrame:
        """The links of the network, none without one; see :func:`planner.io.results.layers.link_layer`."""
        from planner.io.results.layers import link_layer  # noqa: PLC0415

        return link_layer(self.scenario, self.tables, self.shadow_prices)

    @cached_property
    def work(self) -> pd.DataFrame:
        """The work that routes carry: region, workload, site, path, ``mw`` [mean over the year], ``ms`` [one way]."""
        return work.carried(self.tables)

    def work_by_step(self, routes: pd.DataFrame) -> pd.DataFrame:
        """Return the load of some routes, in their order, by timestep [MW]."""
        return work.by_step(self.tables, routes)

    @property
    def hours(self) -> pd.Series:
        """The hours of the year that each timestep stands for [h/a], in the plan's order."""
        return weights(self.tables)


def write_results(results: Results, folder: Path) -> None:
    """Write everything but the maps and the manifest into an empty folder.

    Without a plan only the summary and the log are written.
    """
    write_summary(results, folder)
    (folder / LOG).write_bytes(results.log.encode("utf-8", "backslashreplace"))
    if not results.has_plan:
        return
    (folder / TABLES).mkdir()
    for name, table in results.tables.items():
        write_table(table, folder / TABLES / f"{name}.csv")
    write_table(results.shadow_prices, folder / f"{PRICES}.csv")
    if results.ranging is not None:
        write_table(results.ranging, folder / f"{RANGING}.csv")
    if results.deciding is not None:
        write_table(results.deciding, folder / f"{DECIDING}.csv")
    if results.basis is not None:
        write_arrays(results.basis, folder, BASIS)
    if results.proof is not None:
        write_arrays(results.proof, folder, PROOF)
    write_scenario(results.scenario, folder / SCENARIO)
    from planner.io.results.layers import write_layers  # noqa: PLC0415

    shown = results.shown
    write_layers(folder / LAYERS, shown.sites, shown.regions, shown.flows, shown.links)


def write_summary(results: Results, folder: Path) -> None:
    """Write ``summary.json``, or write it again when the last times are known."""
    (folder / SUMMARY).write_bytes(to_json(results.summary))


def write_manifest(results: Results, folder: Path) -> dict[str, Any]:
    """Write ``manifest.json``, the last of all files: present and matching means complete."""
    tables = {name: layout_of(table) for name, table in results.tables.items()}
    if results.has_plan:
        tables[PRICES] = layout_of(results.shadow_prices)
        if results.ranging is not None:
            tables[RANGING] = layout_of(results.ranging)
        if results.deciding is not None:
            tables[DECIDING] = layout_of(results.deciding)
    manifest = {
        **results.manifest,
        "notes_zh": [rendered(note, "zh") for note in results.manifest.get("notes", ())],
        "finished": stamp(datetime.now(UTC)),
        "tables": tables,
        "files": {name: hash_file(folder / name) for name in hashed_files(folder)},
    }
    (folder / MANIFEST).write_bytes(to_json(manifest))
    return manifest


def hashed_files(folder: Path) -> list[str]:
    """Return the files of a run folder that its manifest answers for, with forward slashes, sorted."""
    found = [folder / name for name in (SUMMARY, LOG, PROOF, f"{PRICES}.csv", f"{RANGING}.csv", f"{DECIDING}.csv")]
    found += (folder / TABLES).glob("*.csv")
    found += (folder / SCENARIO).rglob("*")
    return sorted(path.relative_to(folder).as_posix() for path in found if path.is_file())
