"""Administrative blindness: does governance reach to the bottom (纵到底) in every area?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.coverage.people import area_of
from geo.layers import Finding, GridLayer, Severity, items

WORKERS = ("grid_worker", "grid_leader", "social_worker_general", "social_worker_specialist")
"""Roles that work for an area full time."""
MUST_HAVE: Mapping[str, tuple[str, ...]] = {
    "district": ("worker", "branch", "station", "council"),
    "subdistrict": ("worker", "branch", "station", "council"),
    "community": ("worker", "branch", "station", "council"),
    "grid": ("worker", "branch", "council"),
    "microgrid": ("worker",),
}
"""What an area of each level must have: a default, not a law. Micro-grids have a leader."""
WORDS = {
    "worker": ("网格力量", "grid worker"),
    "branch": ("党支部", "Party branch"),
    "station": ("站点", "station"),
    "council": ("议事会", "council"),
}


@dataclass(frozen=True, slots=True)
class Bodies:
    """Who serves areas; None: nothing is kept of this kind, so nothing is known of it.

    `staff` has `role` and `area` (a code); `branches` and `councils` have `community` or
    `area` (a code), councils also `territory` (grid codes joined by ``;``); `stations` are
    points.
    """

    staff: pd.DataFrame | None = None
    branches: pd.DataFrame | None = None
    stations: gpd.GeoDataFrame | None = None
    councils: pd.DataFrame | None = None


def administrative(
    levels: Mapping[str, GridLayer],
    bodies: Bodies,
    *,
    must_have: Mapping[str, Sequence[str]] = MUST_HAVE,
) -> pd.DataFrame:
    """Count workers, branches, stations and councils in every area, and say what is lacking.

    What serves an area serves the areas above it. A council with a territory serves its
    grids; one without serves its community and, with it, each of its grids.

    Parameters
    ----------
    levels : mapping of level to GridLayer
        Any levels; codes lie in each other by their digits, or by `parent` where they do not.
    bodies : Bodies
    must_have : mapping of level to kinds

    Returns
    -------
    DataFrame
        Index `level, code`, in the order given: `name`, `households`; `worker`, `branch`,
        `station`, `council`, how many (NaN: nothing is known of this kind); `lacks`, the kinds
        that it must have and has not, joined by ``;``.
    """
    parts = []
    for level, areas in levels.items():
        codes = pd.Index(areas["code"], dtype="str", name="code")
        table = pd.DataFrame({"level": level, "name": areas["name"].to_numpy(),
                              "households": areas["households"].to_numpy()}, index=codes)  # fmt: skip
        above = _above(levels)
        table["worker"] = _workers(level, codes, bodies.staff, above)
        table["branch"] = _bodies(codes, bodies.branches, above)
        table["station"] = _stations(areas, codes, bodies.stations)
        table["council"] = _bodies(codes, bodies.councils, above)
        wanted = [kind for kind in must_have.get(level, ()) if table[kind].notna().all()]
        lacking = [";".join(k for k in wanted if row[k] == 0) for row in table.to_dict("records")]
        table["lacks"] = pd.array(lacking, dtype="str")
        parts.append(table.set_index("level", append=True).swaplevel())
    columns = ["name", "households", *WORDS, "lacks"]
    return pd.concat(parts)[columns] if parts else pd.DataFrame(columns=columns)


def _above(levels: Mapping[str, GridLayer]) -> dict[str, str]:
    """Give the parent of every code that names one."""
    found: dict[str, str] = {}
    for areas in levels.values():
        found.update((c, p) for c, p in zip(areas["code"], areas["parent"], strict=True) if p)
    return found


def _chain(code: str, above: Mapping[str, str]) -> set[str]:
    """Give a code and all that it lies in, by its parents and by its digits."""
    found, at = {code[:n] for n in (6, 9, 12, 15, 17) if len(code) >= n} | {code}, code
    while (at := above.get(at, "")) and at not in found:
        found.add(at)
    return found


def _counted(codes: pd.Index, served: Sequence[set[str]]) -> "pd.Series[float]":
    total: dict[str, int] = {}
    for areas in served:
        for code in areas:
            total[code] = total.get(code, 0) + 1
    return pd.Series([float(total.get(code, 0)) for code in codes], index=codes)


def _nothing(codes: pd.Index) -> "pd.Series[float]":
    return pd.Series(np.nan, index=codes)


def _workers(
    level: str, codes: pd.Index, staff: pd.DataFrame | None, above: Mapping[str, str]
) -> "pd.Series[float]":
    if staff is None or not len(staff):
        return _nothing(codes)
    roles = ("microgrid_leader", *WORKERS) if level == "microgrid" else WORKERS
    posts = staff[staff["role"].isin(roles)]
    return _counted(codes, [_chain(str(code), above) for code in posts["area"]])


def _bodies(
    codes: pd.Index, bodies: pd.DataFrame | None, above: Mapping[str, str]
) -> "pd.Series[float]":
    if bodies is None or not len(bodies):
        return _nothing(codes)
    served = []
    for body in bodies.to_dict("records"):
        own = items(str(body.get("territory", "") or ""))
        home = str(body.get("area", "") or body.get("community", "") or "")
        areas = set().union(*(_chain(code, above) for code in (own or (home,)) if code))
        if not own:
            areas |= {code for code in codes if home and home in _chain(code, above)}
        served.append(areas)
    return _counted(codes, served)


def _stations(
    areas: GridLayer, codes: pd.Index, stations: gpd.GeoDataFrame | None
) -> "pd.Series[float]":
    if stations is None or not len(stations):
        return _nothing(codes)
    inside = area_of(stations, areas).value_counts()
    return inside.reindex(codes, fill_value=0).astype("float64")


def lacking(table: pd.DataFrame, levels: Mapping[str, GridLayer]) -> list[Finding]:
    """Tell what areas lack as findings: ``NO_WORKER``, ``NO_BRANCH``, ``NO_STATION``, ``NO_COUNCIL``.

    Parameters
    ----------
    table : DataFrame
        From `administrative`.
    levels : mapping of level to GridLayer
    """
    told = []
    for row in table[table["lacks"] != ""].reset_index().to_dict("records"):
        level, code = str(row["level"]), str(row["code"])
        frame = levels[level]
        place = frame[(frame["code"] == code).to_numpy()].geometry.iloc[0]
        for kind in items(str(row["lacks"])):
            zh, en = WORDS[kind]
            told.append(
                Finding(
                    f"NO_{kind.upper()}",
                    Severity.WARN,
                    level,
                    f"{row['name']}（{code}）没有{zh}",
                    f"{row['name']} ({code}) has no {en}",
                    features=(code,),
                    hint_zh=f"为该区域配备{zh}",
                    hint_en=f"give it a {en}",
                    households=int(row["households"]),
                    place=place,
                )
            )
    return told
