"""Plant the known flaws."""

from typing import Any
import geopandas as gpd
import numpy as np
from geo.demo.town import Town


def plant(
    sound: Town, rng: np.random.Generator
) -> tuple[dict[str, gpd.GeoDataFrame], list[dict[str, Any]]]:
    return {
        k: (v.sort_values("code", ignore_index=True) if "code" in v else v)
        for k, v in sound.layers.items()
    }, []
