"""The tables of a grouping problem: units, edges, costs, labels; every fault named."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pyproj import Geod, Proj

from api.tasks.tables import Faults, numbers, read_table
from geo.errors import BadInput, SchemaError
from geo.layers import Adjacency

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Names = npt.NDArray[np.object_]
ELLIPSOID = Geod(ellps="WGS84")


def units(
    path: Path, *, figures: Sequence[str], words: Sequence[str], lonlat: bool
) -> pd.DataFrame:
    """Read the units: id, x, y, weight, columns of figures, and columns of words."""
    numeric = ["x", "y", "weight", *figures]
    frame = read_table(path, ["id", *numeric, *words])
    faults = Faults(path)
    for name in dict.fromkeys(numeric):
        frame[name] = numbers(frame, name, faults, empty=0.0 if name in figures else None)
    for name in words:
        text = frame[name].astype("str").str.strip().str.removesuffix(".0")
        frame[name] = text.where(frame[name].notna(), "")
    faults.empty(frame, "id")
    faults.twice(frame["id"], "id")
    faults.below(frame, "weight", 0)
    if lonlat:
        faults.outside(frame, "x", -180, 180)
        faults.outside(frame, "y", -90, 90)
    faults.refuse()
    if not len(frame):
        raise SchemaError(f"{path}: there are no units", zh=f"{path}：没有单元")
    return frame


def adjacency(path: Path, ids: Names) -> tuple[Adjacency, dict[tuple[str, str], str]]:
    """Read the edges; give neighbours, and the barriers between some of them.

    Optional columns: ``length`` (1 where absent), ``barrier`` (its name: the two are no
    neighbours) and ``bridge`` (1: they are, whatever the barrier).
    """
    frame = read_table(path, ["a", "b"])
    faults = Faults(path)
    at = {name: i for i, name in enumerate(ids)}
    for name in ("a", "b"):
        faults.unknown(frame, name, at)
    length: Floats = np.ones(len(frame))
    if "length" in frame:
        length = np.asarray(numbers(frame, "length", faults, empty=1.0), dtype=np.float64)
        faults.below(frame.assign(length=length), "length", 0)
    bridge = np.zeros(len(frame), dtype=bool)
    if "bridge" in frame:
        bridge = np.asarray(numbers(frame, "bridge", faults, empty=0.0) > 0)
    faults.refuse()
    barrier = np.full(len(frame), "", dtype=object)
    if "barrier" in frame:
        barrier = frame["barrier"].astype("str").where(frame["barrier"].notna(), "").to_numpy()
    names = list(zip(frame["a"], frame["b"], strict=True))
    barriers = {
        pair: str(by)
        for pair, by, over in zip(names, barrier, bridge, strict=True)
        if by and not over
    }
    pairs = np.column_stack([frame["a"].map(at), frame["b"].map(at)]).astype(np.int32)
    pairs.sort(axis=1)
    apart = pairs[:, 0] != pairs[:, 1]
    pairs, first = np.unique(pairs[apart], axis=0, return_index=True)
    near = Adjacency(ids, pairs.reshape(-1, 2), length[apart][first])
    return near, barriers


def cost_table(path: Path, ids: Names) -> tuple[Floats, Ints]:
    """Read costs (unit, centre, cost); an absent pair is forbidden."""
    frame = read_table(path, ["unit", "centre", "cost"])
    faults = Faults(path)
    at = {name: i for i, name in enumerate(ids)}
    for name in ("unit", "centre"):
        faults.unknown(frame, name, at)
    cost = numbers(frame, "cost", faults)
    faults.refuse()
    seats, column = np.unique(frame["centre"].map(at).to_numpy(int), return_inverse=True)
    table = np.full((len(ids), len(seats)), np.inf)
    table[frame["unit"].map(at).to_numpy(int), column] = cost
    return table, seats.astype(np.int32)


def labels(path: Path, ids: Names, groups: int, centres: npt.NDArray[Any] | None) -> Ints:
    """Read a plan (id, group); groups are numbered 0 … by first appearance, or by centre.

    Group names 1 … k keep their order. Units that the table lacks have −1.
    """
    frame = read_table(path, ["id", "group"])
    faults = Faults(path)
    at = {name: i for i, name in enumerate(ids)}
    faults.unknown(frame, "id", at)
    faults.empty(frame, "group")
    faults.twice(frame["id"], "id")
    faults.refuse()
    names = frame["group"].astype("str").str.strip().str.removesuffix(".0")
    number = group_numbers(names, groups)
    plan: Ints = np.full(len(ids), -1, dtype=np.int32)
    plan[frame["id"].map(at).to_numpy(int)] = number
    if centres is not None and plan.min() >= 0:
        rank = np.full(max(int(plan.max()), groups) + 1, -1, dtype=np.int32)
        rank[plan[centres]] = np.arange(len(centres), dtype=np.int32)
        plan = rank[plan]
    if plan.max() >= groups:
        raise BadInput(
            f"{path}: {plan.max() + 1} groups, more than {groups}",
            zh=f"{path}：有 {plan.max() + 1} 组，多于 {groups} 组",
        )
    return plan


def group_numbers(names: "pd.Series[str]", groups: int) -> npt.NDArray[np.int64]:
    """Number groups: their own numbers less one when they are 1 … k, else by appearance."""
    own = pd.to_numeric(names, errors="coerce")
    if own.notna().all() and own.between(1, groups).all() and (own % 1 == 0).all():
        return np.asarray(own.to_numpy(dtype=np.int64) - 1)
    return np.asarray(pd.factorize(names)[0], dtype=np.int64)


def plane(lonlat: Floats) -> Floats:
    """Metres on a plane that touches the middle: conformal, true to 1 + (d ÷ 2R)² at d from there.

    Within 100 km of the middle lengths are true to 0.01 %; what is answered is measured
    again on the ellipsoid.
    """
    lon, lat = np.median(lonlat, axis=0)
    local = Proj(proj="sterea", lat_0=lat, lon_0=lon, ellps="WGS84", units="m")
    return np.column_stack(local(*lonlat.T))


def geodesic_m(lonlat: Floats, to: npt.NDArray[Any]) -> Floats:
    """Metres on the ellipsoid from every unit to some of them, (n, len(to))."""
    lon, lat = lonlat.T
    away = np.empty((len(lonlat), len(to)))
    for j, c in enumerate(to):
        n = len(lonlat)
        away[:, j] = ELLIPSOID.inv(np.full(n, lon[c]), np.full(n, lat[c]), lon, lat)[2]
    away[to, np.arange(len(to))] = 0.0
    return away
