"""The certificate of a published map: proved again by anyone, from the file alone.

It holds every area with its geometry, every inhabited place with its households (no
names), the norms, what was claimed, and a digest over all of it. Verifying computes the
digest and makes every check anew; it trusts no claim.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import geopandas as gpd
import numpy as np
import orjson
import shapely
from shapely.geometry import MultiPoint

from geo import coords, redraw, topology
from geo.errors import BadInput
from geo.layers import DEFAULT_SCHEME, Finding, Severity, grids

FORMAT = "wangge-certificate-1"
TOLERANCE_M = 0.05
CLAIMS: dict[str, tuple[str, ...]] = {
    "no_gap": ("GAP", "HOLE", "SLIVER"),
    "no_overlap": ("OVERLAP", "SLIVER", "DOUBLY_OWNED"),
    "no_orphan_household": ("BUILDING_OUTSIDE", "ORPHAN"),
    "contiguous": ("MULTIPART", "GEOM_INVALID"),
    "within_parents": ("OUTSIDE_PARENT", "PARENT_MISMATCH", "ORPHAN"),
    "sizes_in_norm": ("SIZE_OUT_OF_NORM",),
    "codes_legal": ("CODE_INVALID", "CODE_DUPLICATE"),
}
OF_GROUND = ("GAP", "HOLE", "SLIVER", "OVERLAP", "MULTIPART", "OUTSIDE_PARENT")
AT_FAULT = (*OF_GROUND, "DOUBLY_OWNED", "PARENT_MISMATCH", "ORPHAN")
NEVER_BLOCKS = ("NEAR_MISS", "BUILDING_CUT")
_PLAIN = ("level", "code", "name", "kind", "parent", "households")


def findings(fabric: redraw.Fabric) -> list[Finding]:
    """Check the whole map, every level and the inhabited places on them."""
    levels = {lv.name: fabric.frame(lv.name) for lv in fabric.levels}
    return _checked(levels, fabric.homes.points, fabric.homes.households, fabric.crs)


@lru_cache(maxsize=2)
def base_findings(base: redraw.Fabric) -> tuple[Finding, ...]:
    """Check the map of a revision, once: it is never changed."""
    return tuple(findings(base))


def blocking(found: Sequence[Finding], *, known: Sequence[Finding] = ()) -> list[Finding]:
    """Give what keeps a map from being published.

    Every error; and of the warnings and sizes those that the base did not have, of the same
    area or within the same ground: a planner answers for what the scenario brings.
    """
    before = {(f.code, f.layer, f.features[:1]) for f in known}
    places = [f.place for f in known if f.code in AT_FAULT and f.place is not None]
    ground = shapely.buffer(shapely.union_all(places), TOLERANCE_M)

    def is_known(f: Finding) -> bool:
        if (f.code, f.layer, f.features[:1]) in before:
            return True
        return f.code in OF_GROUND and f.place is not None and bool(ground.covers(f.place))

    return [
        f
        for f in found
        if f.code not in NEVER_BLOCKS and (f.severity is Severity.ERROR or not is_known(f))
    ]


def certificate(
    fabric: redraw.Fabric, found: Sequence[Finding], *, told: Mapping[str, Any]
) -> dict[str, Any]:
    """Write the certificate of a map; `told` says what it is (revision, scenario, who…)."""
    homes = np.flatnonzero(fabric.homes.households > 0)
    points = MultiPoint(fabric.homes.xy[homes])
    lonlat = shapely.get_coordinates(redraw.to_degrees(points, fabric.crs)).tolist()
    counts = fabric.homes.households[homes].tolist()
    content = {
        "format": FORMAT,
        "told": dict(told),
        "crs": "EPSG:4490",
        "working_crs": fabric.crs.to_wkt(),
        "tolerance_m": TOLERANCE_M,
        "areas": [
            {n: getattr(a, n) for n in _PLAIN}
            | {"wkb": shapely.to_wkb(redraw.to_degrees(a.shape, fabric.crs), hex=True)}
            for lv in fabric.levels
            for a in fabric.of(lv.name)
        ],
        "homes": [[lon, lat, n] for (lon, lat), n in zip(lonlat, counts, strict=True)],
        "claims": claims(found),
    }
    return content | {"sha256": digest(content)}


def claims(found: Sequence[Finding]) -> dict[str, Any]:
    """Say of each promise whether it holds, and where it does not."""
    return {
        name: {
            "holds": not any(f.code in codes for f in found),
            "exceptions": [
                f"{f.code} {' '.join(f.features[:3])}" for f in found if f.code in codes
            ],
        }
        for name, codes in CLAIMS.items()
    }


def digest(content: Mapping[str, Any]) -> str:
    """Give the SHA-256 of a certificate's content, whatever the order of its keys."""
    kept = {name: value for name, value in content.items() if name != "sha256"}
    return hashlib.sha256(orjson.dumps(kept, option=orjson.OPT_SORT_KEYS)).hexdigest()


def verify(content: Mapping[str, Any]) -> dict[str, Any]:
    """Prove a certificate anew from what it holds.

    Returns
    -------
    dict
        `valid`: the digest is right and every claim is what the checks find now; `digest`,
        `claims` with `claimed` and `found`, and `told`.

    Raises
    ------
    BadInput
        When it is no certificate of this form.
    """
    if content.get("format") != FORMAT or not content.get("areas"):
        raise BadInput("this is no certificate", zh="这不是发布证书文件", hint=f"format {FORMAT}")
    right = digest(content) == content.get("sha256")
    crs = coords.working_crs(_middle(content["areas"]))
    levels: dict[str, gpd.GeoDataFrame] = {}
    for level in DEFAULT_SCHEME:
        rows = [a for a in content["areas"] if a["level"] == level.name]
        if rows:
            levels[level.name] = _frame(rows, crs)
    homes = np.array(content["homes"], dtype=np.float64).reshape(-1, 3)
    points = gpd.GeoSeries(shapely.points(homes[:, :2]), crs=coords.STORED)
    metres = coords.to_metres(gpd.GeoDataFrame(geometry=points), crs).geometry.to_numpy()
    now = claims(_checked(levels, metres, homes[:, 2].astype(np.int64), crs))
    same = {
        name: content["claims"].get(name, {}).get("holds") == c["holds"] for name, c in now.items()
    }
    return {
        "valid": right and all(same.values()),
        "digest": right,
        "claims": {
            name: {"claimed": content["claims"].get(name, {}).get("holds"), "found": c["holds"],
                   "exceptions": c["exceptions"]}
            for name, c in now.items()
        },
        "told": content["told"],
        "sha256": content.get("sha256"),
    }  # fmt: skip


def _checked(
    levels: Mapping[str, gpd.GeoDataFrame], points: Any, households: Any, crs: Any
) -> list[Finding]:
    lived = np.asarray(households) > 0
    homes = gpd.GeoDataFrame(
        {
            "id": [f"H{i}" for i in range(int(lived.sum()))],
            "households": np.asarray(households)[lived],
        },
        geometry=np.asarray(points, dtype=object)[lived],
        crs=crs,
    )
    named = {name: grids(frame, name) for name, frame in levels.items() if len(frame)}
    return topology.check(named, homes if len(homes) else None, tolerance_m=TOLERANCE_M)  # type: ignore[arg-type]


def _middle(areas: Sequence[Mapping[str, Any]]) -> float:
    first = areas[0]["level"]
    shapes = [shapely.from_wkb(a["wkb"]) for a in areas if a["level"] == first]
    west, _, east, _ = shapely.total_bounds(shapes).tolist()
    return float(west + east) / 2


def _frame(rows: Sequence[Mapping[str, Any]], crs: Any) -> gpd.GeoDataFrame:
    plain = {n: [row[n] for row in rows] for n in ("code", "name", "kind", "parent", "households")}
    frame = gpd.GeoDataFrame(
        plain | {"residents": 0},
        geometry=shapely.from_wkb([row["wkb"] for row in rows]),
        crs=coords.STORED,
    ).astype({"code": "str", "name": "str", "kind": "str", "parent": "str"})
    return coords.to_metres(frame, crs)
