"""A built district: a town without fault, and then the faults that are known."""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
from pyproj import CRS

from geo.demo import flaws, town
from geo.layers import Progress, quiet


@dataclass(frozen=True)
class District:
    """A built town.

    `layers` holds every layer in metres with its canonical columns (the three nets are of
    layer ``net``); `truth` lists the known flaws, each with ``code``, ``layer``,
    ``features``, ``area_m2``, ``households``, ``x`` and ``y``.
    """

    layers: dict[str, gpd.GeoDataFrame]
    crs: CRS
    truth: list[dict[str, Any]]
    seed: int
    size: str


def build(*, size: str = "district", seed: int = 1, progress: Progress = quiet) -> District:
    """Build a believable district from a seed, with its known flaws.

    Parameters
    ----------
    size : str
        ``small`` (one subdistrict, three communities), ``district`` or ``city`` (ten
        districts side by side).
    seed : int
        Same seed, same town, to the bit.
    progress : Progress
        Told after every step.

    Returns
    -------
    District
        All layers in metres of the local 3° Gauss–Krüger zone.

    Raises
    ------
    BadInput
        When there is no such size.
    """
    sound = town.town(size=size, seed=seed, progress=progress)
    rng = np.random.default_rng([seed, 2])
    layers, truth = flaws.plant(sound, rng)
    progress("生成示范区", 9, 9)
    return District(layers, town.working(), truth, seed, size)
