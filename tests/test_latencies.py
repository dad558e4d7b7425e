"""Latencies between the ten clusters, held against what CAICT measured between hubs in Q1 2024, one way."""

from __future__ import annotations

import csv
import itertools
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from planner.models.features import routes as feature
from planner.pipeline.check import read_scenario
from planner.pipeline.run import run
from planner.scenario.geography import distances
from tests.algebra import scenario_of
from tests.worlds import World

TINY = Path(__file__).parents[1] / "scenarios" / "tiny"
SITES = Path(__file__).parents[1] / "scenarios" / "national-2025" / "site.csv"


def clusters() -> dict[str, tuple[float, float]]:
    """Return the ten clusters' longitude and latitude: the national scenario's sites that belong to a hub."""
    with SITES.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["hub"]]
    return {row["site"]: (float(row["longitude"]), float(row["latitude"])) for row in rows}


def between_clusters(**parameters: Any) -> pd.Series:
    """Return the default latency [ms, one way] of the 45 pairs, a region standing at each cluster."""
    places = clusters()
    ends = [{"longitude": x, "latitude": y} for x, y in places.values()]
    world = World(
        features=("time", "demand", "routes", "allocation"),
        parameters=parameters,
        tables={
            "site": [{"site": name, **end} for name, end in zip(places, ends, strict=True)],
            "region": [{"region": name, **end} for name, end in zip(places, ends, strict=True)],
            "workload": [{"workload": "web"}],
            "region_workload": [{"region": name, "workload": "web", "demand": 1.5} for name in places],
        },
    )
    latency = feature.derive(scenario_of(world))["latency"]
    pairs = list(itertools.combinations(sorted(places), 2))
    there, back = latency.loc[pairs], latency.loc[[(b, a) for a, b in pairs]]
    assert there.to_numpy() == pytest.approx(back.to_numpy())
    return there


def test_there_are_ten_clusters_in_forty_five_pairs() -> None:
    """The national scenario names the ten national clusters.

    Proves: the pairs below are all pairs. Sensitivity: a cluster without coordinates or hub.
    """
    assert len(clusters()) == 10
    assert len(between_clusters()) == 45


def test_optical_latency_is_what_was_measured() -> None:
    """On the optical layer the pairs average 9.7 ms ± 0.3, none is above 17.1 ms, one way.

    Proves: the default route factor of 1.8 against CAICT's measurements. Sensitivity: a round trip (19 ms), straight
    fibre (5.3 ms), light in vacuum, or statute miles.
    """
    latency = between_clusters()
    assert latency.mean() == pytest.approx(9.7, abs=0.3)
    assert latency.max() <= 17.1
    assert latency.min() > 0


@pytest.mark.parametrize(("layer", "mean"), [("ip_private", 14.6), ("internet", 16.7)])
def test_latency_of_the_other_layers(layer: str, mean: float) -> None:
    """IP private averages 14.6 ms ± 0.5, the public internet 16.7 ms ± 0.5.

    Proves: their route factors. Sensitivity: the two exchanged, or the optical factor for all.
    """
    assert between_clusters(network_layer=layer).mean() == pytest.approx(mean, abs=0.5)


def test_access_latency_is_added_once() -> None:
    """Access networks add their latency to every pair, once, not times the route factor.

    Proves: 1.3 ms more on each. Sensitivity: added at both ends, or multiplied by 1.8.
    """
    more = between_clusters(access_latency=1.3) - between_clusters()
    assert more.to_numpy() == pytest.approx(1.3)


def test_route_factor_overrides_the_layer() -> None:
    """A route factor given holds whatever the layer.

    Proves: 2.25 for both layers, in proportion to 1.8. Sensitivity: the product of the two.
    """
    ours = between_clusters(route_factor=2.25, network_layer="internet")
    assert ours.to_numpy() == pytest.approx((between_clusters() * 2.25 / 1.8).to_numpy())


def test_a_limit_as_a_round_trip_is_half_one_way() -> None:
    """20 ms there and back are 10 ms one way: the limit the pairs are held against is halved, the latency is not.

    Proves: ``latency_limits``. Sensitivity: a limit of 20 ms would let all pairs through.
    """
    world = World(
        features=("time", "demand", "routes", "allocation"),
        tables={
            "site": [{"site": "a", "longitude": 100, "latitude": 30}],
            "region": [{"region": "a", "longitude": 100, "latitude": 30}],
            "workload": [{"workload": "web", "latency_max_rtt": 20}, {"workload": "cold", "latency_max": 20}],
            "region_workload": [{"region": "a", "workload": w, "demand": 1.5} for w in ("web", "cold")],
        },
    )
    assert feature.latency_limits(scenario_of(world)).to_dict() == {"cold": 20.0, "web": 10.0}
    assert 0 < (between_clusters() <= 10).sum() < 45


def test_distances_are_great_circles_of_a_sphere() -> None:
    """Distances are those of a sphere of 6371.0088 km, as the audit recomputes them.

    Proves: a quarter of the equator and a quarter of a meridian are the same 10 007.557 km.
    Sensitivity: the ellipsoid has 10 018.754 and 10 001.966 km.
    """
    here = pd.DataFrame({"longitude": [0.0], "latitude": [0.0]}, index=["here"])
    there = pd.DataFrame({"longitude": [90.0, 0.0], "latitude": [0.0, 90.0]}, index=["east", "pole"])
    assert distances(here, there).to_numpy() == pytest.approx(10_007.557, abs=0.001)


def test_latencies_and_routes_are_derived_once_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading, solving and auditing a scenario works the latencies and the routes out once, however many ask.

    Proves: by counting calls in a run of ``scenarios/tiny``. Sensitivity: a reader, a check and a build that each begin
    anew (six times in a run, once).
    """
    made: list[str] = []
    for name in ("_latencies", "_admissible"):
        honest = getattr(feature, name)

        def counted(inputs: Any, name: str = name, honest: Any = honest) -> Any:
            made.append(name)
            return honest(inputs)

        monkeypatch.setattr(feature, name, counted)
    run(read_scenario(TINY))
    assert sorted(made) == ["_admissible", "_latencies"]
