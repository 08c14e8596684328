"""A division as a table in degrees, with what it is worth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from api.tasks.divided_ground import Division, Drawn, Taken, children
from geo import coords, parcelling
from geo.layers import codes
from geo.layers import level as level_named


def table(form: Division, taken: Taken, drawn: Drawn) -> pd.DataFrame:
    """Give one row an area: the layer's columns, then what the design says of it."""
    parents, under = taken.parents(form.level), children(form, taken)
    areas = drawn.design.areas
    own = parents.iloc[[area.parent for area in areas]]
    today = [*under["code"].tolist(), ""]
    old_names = dict(zip(under["code"], under["name"], strict=True))
    residents = drawn.homes.groupby("code")["residents"].sum()
    names = [
        old_names.get(code) or _name(parent, code, form.level)
        for parent, code in zip(own["name"], drawn.codes, strict=True)
    ]
    return pd.DataFrame(
        {
            "code": drawn.codes,
            "name": names,
            "kind": own["kind"].tolist(),
            "parent": own["code"].tolist(),
            "households": [area.households for area in areas],
            "residents": [int(residents.get(code, 0)) for code in drawn.codes],
            "buildings": [len(area.houses) for area in areas],
            "in_range": [area.reason is None for area in areas],
            "connected": [area.connected for area in areas],
            "reason_zh": [area.reason.zh if area.reason else "" for area in areas],
            "reason_en": [area.reason.en if area.reason else "" for area in areas],
            "leader_of": [today[area.carries] for area in areas],
            "kept": [area.kept for area in areas],
            "newcomers": [int((drawn.now.home[a.houses] != a.carries).sum()) for a in areas],
        }
    )


def _name(parent: str, code: str, level: str) -> str:
    digits = codes.LENGTHS[level] - codes.LENGTHS[level_named(level).parent or ""]
    number = int(code[-digits:])
    return f"{parent}{number:02d}微网格" if level == "microgrid" else f"{parent}第{number}网格"


def located(
    form: Division, taken: Taken, drawn: Drawn, table: pd.DataFrame
) -> tuple[gpd.GeoDataFrame, dict[str, gpd.GeoDataFrame]]:
    """Bring the areas home to degrees, and those whose borders get vertices beside them.

    Without these vertices a sliver could open where a new border ends.
    """
    divided = set(taken.parents(form.level)["code"])
    rows: dict[str, list[int]] = {}
    parts = [np.array([area.shape for area in drawn.design.areas], dtype=object)]
    for name, frame in taken.levels.items():
        shapes = frame.geometry.to_numpy()
        given = parcelling.with_vertices(shapes, drawn.design.seams)
        outside = ~frame["parent"].isin(divided) if name == form.level else np.ones(len(frame))
        hit = [row for row in np.flatnonzero(outside).tolist() if given[row] is not shapes[row]]
        if hit:
            rows[name] = hit
            parts.append(given[hit])
    home = parcelling.in_degrees(np.concatenate(parts), taken.scene.crs, taken.known())
    split = np.split(home, np.cumsum([len(part) for part in parts])[:-1])
    areas = gpd.GeoDataFrame(table, geometry=split[0], crs=coords.STORED)
    touched = {
        name: taken.stored[name].iloc[hit].set_geometry(shapes, crs=coords.STORED)
        for (name, hit), shapes in zip(rows.items(), split[1:], strict=True)
    }
    return areas.sort_values("code", ignore_index=True), touched


def summary(
    areas: gpd.GeoDataFrame,
    drawn: Drawn,
    touched: Mapping[str, gpd.GeoDataFrame],
    seconds: float,
) -> dict[str, Any]:
    normed = areas[areas["kind"] != "dedicated"]
    return {
        "count": len(areas),
        "households": int(areas["households"].sum()),
        "in_range": int(normed["in_range"].sum()),
        "subject_to_range": len(normed),
        "share_in_range": round(float(normed["in_range"].mean()), 4) if len(normed) else 1.0,
        "connected": int(areas["connected"].sum()),
        "not_connected": areas.loc[~areas["connected"], "code"].tolist(),
        "kept": int(areas["kept"].sum()),
        "changed_households": drawn.design.changed,
        "buildings_outside": int((drawn.design.home < 0).sum()),
        "vertices_added": sum(map(len, drawn.design.seams.added.values())),
        "touched": {name: len(frame) for name, frame in touched.items()},
        "seconds": round(seconds, 1),
    }


def step(rung: parcelling.Rung) -> dict[str, float]:
    return {"upset": rung.upset, "changed_households": rung.changed, "shape_m": round(rung.shape_m)}
