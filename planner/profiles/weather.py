"""Weather as random fields over time and space: smooth, periodic over the year, and the same on every machine.

A field is a sum of plane waves whose amplitudes wander in time::

    z(x, t) = ∑_k [a_k(t) cos(q_k·x) + b_k(t) sin(q_k·x)] / √K        mean 0, variance 1, Gaussian

The wave vectors q_k are drawn so that the correlation of two places at distance d is that of Matérn 3/2,
(1 + √3 d/L) exp(−√3 d/L). So a place's series depends on its own coordinates only, never on which others are asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.signal import lfilter
from scipy.special import ndtri

if TYPE_CHECKING:
    import pandas as pd

Vector = npt.NDArray[np.float64]
WAVES = 160
"""Plane waves of a field; the correlation of far places strays from 0 by about 1 / √(2 × 160) = 0.06."""
SMOOTHNESS = 3
"""Degrees of freedom of the wave vectors' distribution: Matérn 3/2."""
EARTH_RADIUS = 6371.0
MIDDLE_LATITUDE = 35.0
"""Where the plane map of China is true to scale [degrees]."""


@dataclass(frozen=True)
class Field:
    """One random field.

    Attributes
    ----------
    stream
        Number of its random stream; two fields never share one.
    reach
        Distance L of the spatial correlation [km].
    memories
        (share of variance, correlation time [h]) of each part; a part is smoothed over ``smoothing`` hours.
    smoothing
        Correlation time of the second filter, which makes the hours next to each other alike [h].
    """

    stream: int
    reach: float
    memories: tuple[tuple[float, float], ...]
    smoothing: float


CLOUD = Field(1, 600.0, ((0.70, 36.0), (0.30, 4.0)), 1.5)
WIND = Field(2, 500.0, ((0.65, 13.0), (0.35, 60.0)), 4.0)
HEAT = Field(3, 1200.0, ((1.00, 72.0),), 8.0)


def draw(field: Field, places: pd.DataFrame, hours: int, seed: int) -> Vector:
    """Return a field at the places.

    Parameters
    ----------
    places
        Columns longitude and latitude [degrees].
    hours
        Length of the year; the field is periodic over it.
    seed
        Another seed is another year.

    Returns
    -------
    array
        (hours, places), mean 0 and variance 1 over many years.
    """
    parts = len(field.memories)
    normal = _normal(field.stream, seed, WAVES * (2 + SMOOTHNESS) + 2 * WAVES * hours * parts)
    vectors, innovations = np.split(normal, [WAVES * (2 + SMOOTHNESS)])
    waves = vectors.reshape(WAVES, 2 + SMOOTHNESS)
    tails = np.sqrt(SMOOTHNESS / (waves[:, 2:] ** 2).sum(axis=1))
    phase = _plane(places) @ (waves[:, :2] * tails[:, None]).T / field.reach
    shapes = np.concatenate([np.cos(phase), np.sin(phase)], axis=1) / np.sqrt(WAVES)
    amplitudes = np.zeros((2 * WAVES, hours))
    for (share, memory), noise in zip(field.memories, innovations.reshape(parts, 2 * WAVES, hours), strict=True):
        amplitudes += np.sqrt(share) * _wander(noise, memory, field.smoothing)
    return np.asarray((shapes @ amplitudes).T)


def _normal(stream: int, seed: int, count: int) -> Vector:
    """Return standard normal numbers made of raw bits, the part of numpy that is promised never to change, (count,)."""
    bits = np.random.Philox(key=np.array([seed, stream], dtype=np.uint64)).random_raw(count)
    return np.asarray(ndtri(((bits >> np.uint64(11)) + 0.5) * 2.0**-53))


def _plane(places: pd.DataFrame) -> Vector:
    """Return kilometres east and north on a plane map, (places, 2)."""
    degree = np.pi / 180 * EARTH_RADIUS
    east = places["longitude"].to_numpy(float) * degree * np.cos(np.radians(MIDDLE_LATITUDE))
    return np.column_stack([east, places["latitude"].to_numpy(float) * degree])


def _wander(noise: Vector, memory: float, smoothing: float) -> Vector:
    """Return noise run through two first-order filters, periodic, of variance 1; along the last axis."""
    slow, quick = np.exp(-1 / memory), np.exp(-1 / smoothing)
    variance = (1 + slow * quick) / ((1 - slow * quick) * (1 - slow**2) * (1 - quick**2))
    twice = np.concatenate([noise, noise], axis=-1)  # the first round forgets how it began: the second closes on itself
    filtered = lfilter([1.0], [1.0, -(slow + quick), slow * quick], twice, axis=-1)
    return np.asarray(filtered[..., noise.shape[-1] :] / np.sqrt(variance))
