"""Blind spots keep their identity: which spot of this run is which spot of the runs before.

A spot is the people in it. It is recognised by the households that it shares with a known
spot; where building ids have changed altogether, by the ground that both cover.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.layers import items

EVENTS = (
    "opened", "kept", "grew", "shrank", "reopened", "split", "merged", "planned", "unplanned",
    "closed",
)  # fmt: skip
STATES = ("open", "planned", "closed")
LEAST_GROUND = 0.2
"""Without a shared building, spots are the same when a fifth of the smaller one is shared."""


@dataclass(frozen=True, slots=True)
class Step:
    """What happened to one spot in one run.

    `other` names the spot that it split from or merged into; `row` is its position among the
    spots of the run, −1 when it is not among them (merged, closed).
    """

    spot: str
    event: str
    other: str = ""
    row: int = -1


def recognised(
    known: gpd.GeoDataFrame,
    found: gpd.GeoDataFrame,
    households: "pd.Series[int]",
    *,
    given: Iterable[str] = (),
) -> list[Step]:
    """Tell for every spot what has become of it.

    Parameters
    ----------
    known : GeoDataFrame
        All spots of earlier runs, index their ids: `members` (building ids joined by ``;``),
        `households`, `state` (`STATES`), polygon.
    found : GeoDataFrame
        From `blind_spots`, in any order; its index proposes names for new spots.
    households : Series
        Of every building, index its id.
    given : iterable of str
        Further names that may not be given again.

    Returns
    -------
    list of Step
        One a found spot, in their order: kept, grew or shrank (by households), reopened (it
        was closed), split (part of a known spot, whose name another part keeps), opened. Then
        one for every known spot that was open or planned and is gone: merged into another,
        or closed. The part that shares most households keeps the name; of equals the first by
        name. No two found spots have one name, and no name is given twice.
    """
    shared = _shared(known, found, households)
    names: dict[int, str] = {}
    taken: set[str] = set()
    for spot, row, _ in shared:
        if spot not in taken and row not in names:
            names[row] = spot
            taken.add(spot)
    used = {*known.index, *given}
    steps = []
    for row, proposed in enumerate(found.index):
        if row in names:
            before, after = known.loc[[names[row]]], int(found["households"].iloc[row])
            steps.append(Step(names[row], _change(before, after), row=row))
            continue
        names[row] = _fresh(str(proposed), used)
        used.add(names[row])
        origin = next((spot for spot, other, _ in shared if other == row), "")
        steps.append(Step(names[row], "split" if origin else "opened", origin, row))
    for spot in known.index[(known["state"] != "closed").to_numpy()]:
        if spot not in taken:
            heir = next((names[row] for other, row, _ in shared if other == spot), "")
            steps.append(Step(str(spot), "merged" if heir else "closed", heir))
    return steps


def _change(before: gpd.GeoDataFrame, households: int) -> str:
    if before["state"].iloc[0] == "closed":
        return "reopened"
    was = int(before["households"].iloc[0])
    if households == was:
        return "kept"
    return "grew" if households > was else "shrank"


def _shared(
    known: gpd.GeoDataFrame, found: gpd.GeoDataFrame, households: "pd.Series[int]"
) -> list[tuple[str, int, float]]:
    """Give known spot, found row and shared households, those that live before the closed, most first."""
    homes: dict[str, list[str]] = {}
    for spot, members in known["members"].items():
        for member in items(members):
            homes.setdefault(member, []).append(str(spot))
    weight = households.to_dict()
    table: dict[tuple[str, int], float] = {}
    for row, members in enumerate(found["members"]):
        for member in items(members):
            for spot in homes.get(member, ()):
                table[spot, row] = table.get((spot, row), 0.0) + weight.get(member, 0)
    closed = (known["state"] == "closed").to_dict()
    rows = [(spot, row, much) for (spot, row), much in table.items()]
    rows += _by_ground(known, found, {s for s, _ in table}, {r for _, r in table})
    names = found.index
    return sorted(rows, key=lambda r: (closed[r[0]], -r[2], r[0], names[r[1]]))


def _by_ground(
    known: gpd.GeoDataFrame, found: gpd.GeoDataFrame, spots: Iterable[str], rows: Iterable[int]
) -> list[tuple[str, int, float]]:
    """Match what shares no building by the ground; less than any household counts."""
    mine, others = set(spots), set(rows)
    old = [spot for spot in known.index if spot not in mine]
    new = [row for row in range(len(found)) if row not in others]
    if not old or not new:
        return []
    was, now = known.loc[old].geometry.to_numpy(), found.iloc[new].geometry.to_numpy()
    a, b = shapely.STRtree(now).query(was, predicate="intersects")
    common = shapely.area(shapely.intersection(was[a], now[b]))
    part = common / np.minimum(shapely.area(was[a]), shapely.area(now[b]))
    return [
        (str(old[i]), new[j], float(p))
        for i, j, p in zip(a, b, part, strict=True)
        if p >= LEAST_GROUND
    ]


def _fresh(name: str, used: set[str]) -> str:
    """Give a name that was never given: the proposed one, else one made from it."""
    turn = 0
    fresh = name
    while fresh in used:
        turn += 1
        fresh = "B" + hashlib.blake2b(f"{name} {turn}".encode(), digest_size=5).hexdigest()
    return fresh


def renamed(found: gpd.GeoDataFrame, steps: Iterable[Step]) -> gpd.GeoDataFrame:
    """Give the found spots under the names that they keep."""
    names: Mapping[int, str] = {step.row: step.spot for step in steps if step.row >= 0}
    index = pd.Index([names[row] for row in range(len(found))], dtype="str", name="spot_id")
    return found.set_axis(index, axis=0)
