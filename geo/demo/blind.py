"""The truth about who reaches no station within a quarter of an hour."""

from typing import Any

import numpy as np
import shapely

from geo.demo.reach import REACH_M
from geo.demo.town import Town


def spots(sound: Town) -> list[dict[str, Any]]:
    """Give every blind spot, block by block, and every community without a station in reach."""
    homes = sound.layers["building"]
    inhabited = (homes["households"] > 0).to_numpy()
    far = inhabited & (sound.nearest_m > REACH_M)
    found = []
    for block in np.unique(sound.blocks[far]).tolist():
        rows = np.flatnonzero(far & (sound.blocks == block))
        reason = next((sound.blind[i] for i in rows if sound.blind[i]), "")
        found.append(
            _entry(
                sound,
                "BLIND_SPOT",
                "building",
                homes["id"].iloc[rows].tolist(),
                rows,
                reason=reason,
            )
        )
    community = sound.areas.grid.parents[sound.areas.microgrid.parents[sound.house_microgrid]]
    for c, code in enumerate(sound.areas.community.codes):
        rows = np.flatnonzero(inhabited & (community == c))
        if len(rows) and far[rows].all():
            found.append(_entry(sound, "UNSERVED_COMMUNITY", "community", [code], rows))
    return found


def _entry(
    sound: Town, code: str, layer: str, features: list[str], rows: Any, **extra: str
) -> dict[str, Any]:
    homes = sound.layers["building"].iloc[rows]
    hull = shapely.convex_hull(shapely.union_all(homes.geometry.values))
    return {
        "code": code, "layer": layer, "features": features, "area_m2": round(hull.area, 2),
        "households": int(homes["households"].sum()),
        "x": round(hull.centroid.x, 2), "y": round(hull.centroid.y, 2),
        "nearest_m": round(float(sound.nearest_m[rows].min()), 1), **extra,
    }  # fmt: skip
