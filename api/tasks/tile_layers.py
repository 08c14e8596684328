"""Which layers there are as tiles, of what they are made, and what each view says of them.

The public view carries no person, no telephone and nothing counted by household. Those who
work here see the other columns of a layer too; the cache keeps what each may see apart.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from sqlalchemy.orm import Session

from geo import coords, layers, store, tiling
from geo.errors import BadInput, NotFound
from geo.layers import View

PUBLIC: View = "public"
STAFF: View = "staff"
MOST_LAYERS = 16
"""So many layers come in one tile at most."""
Reading = Callable[[Session], gpd.GeoDataFrame]
Cells = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class TileLayer:
    """A layer as the world sees it.

    `sources` are the layers of the store that it is made of, each with the rows that show
    (column, values); `columns` say what is told, the first of them at every zoom and the
    others from `said_from`. Composite tiles leave the layer out before `shown_from`.
    `whole` reads a layer that is not rows of the store as they are.
    """

    name: str
    zh: str
    key: str
    columns: tuple[str, ...]
    sources: Mapping[str, tuple[str, tuple[str, ...]] | None]
    shown_from: int = 0
    said_from: int = 0
    whole: Reading | None = None
    brief: int = field(default=1)

    def told(self, view: View) -> tuple[str, ...]:
        """Give the columns that a view is told, the public ones first."""
        if view == PUBLIC or self.whole is not None or len(self.sources) > 1:
            return self.columns
        every = (column.name for column in layers.shown(next(iter(self.sources)), view))
        return (*self.columns, *(name for name in every if name not in self.columns))

    @property
    def watched(self) -> frozenset[str]:
        """The layers of the store whose changes it follows."""
        more = {"grouping"} if self.name == "alliance" else set()
        return frozenset({*self.sources, *more})


def _area(level: str, shown_from: int, said_from: int) -> TileLayer:
    zh = layers.layer(level).zh
    columns = ("kind", "name", "code", "parent")
    return TileLayer(level, zh, "code", columns, {level: None}, shown_from, said_from)


def _alliances(session: Session) -> gpd.GeoDataFrame:
    """Join the grids of all members of each alliance that is in force."""
    members = store.groupings.read(session, "alliance")
    councils = store.features.read(session, "council").set_index("id")
    grids = store.areas.read(session, "grid").drop_duplicates("code").set_index("code")
    rows = []
    for name, group in members.groupby("name"):
        present = [b for b in group["body"] if b in councils.index]
        codes = {c for b in present for c in layers.items(str(councils.at[b, "territory"]))}
        held = grids.geometry[grids.index.isin(codes)]
        lead = next((b for b in group.loc[group["lead"], "body"] if b in councils.index), "")
        led_by = councils.at[lead, "name"] if lead else ""
        if len(held):
            rows.append(
                (str(name), str(led_by), shapely.union_all(np.asarray(held.array, dtype=object)))
            )
    names, leads, shapes = zip(*rows, strict=True) if rows else ((), (), ())
    table = {"name": pd.Series(names, dtype="str"), "lead": pd.Series(leads, dtype="str")}
    return _numbered(gpd.GeoDataFrame(table, geometry=list(shapes), crs=coords.STORED))


def _spots(session: Session) -> gpd.GeoDataFrame:
    """Read the blind spots that are not closed."""
    found = store.spots.read(session, states=("open", "planned")).reset_index()
    return _numbered(found)


def _numbered(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return frame.assign(fid=np.arange(1, len(frame) + 1, dtype=np.int64))


LAYERS: dict[str, TileLayer] = {
    layer.name: layer
    for layer in (
        TileLayer("landuse", "用地", "id", ("kind", "name"), {"landuse": None}, 10, 13),
        TileLayer(
            "water", "水系", "id", ("kind", "name"),
            {"landuse": ("kind", ("water",)), "barrier": ("kind", ("river",))}, 0, 11,
        ),
        TileLayer("barrier", "铁路与围墙", "id", ("kind", "name"),
                  {"barrier": ("kind", ("rail", "wall"))}, 11, 13),
        TileLayer("street", "道路", "id", ("highway", "name", "bridge", "tunnel"),
                  {"street": None}, 9, 13),
        TileLayer("building", "楼栋", "id", ("use", "name", "id", "floors", "compound"),
                  {"building": None}, 13, 15),
        _area("district", 0, 0),
        _area("subdistrict", 5, 0),
        _area("community", 8, 10),
        _area("grid", 10, 12),
        _area("microgrid", 13, 13),
        TileLayer("alliance", "党建联盟", "name", ("name", "lead"), {"council": None, "grid": None},
                  8, 0, _alliances),
        TileLayer("blind_spot", "盲区", "spot", ("state", "reason", "spot", "area"),
                  {"blind_spot": None}, 9, 0, _spots),
        TileLayer("place", "场所", "id", ("kind", "name", "id"),
                  {"institution": None, "station": ("status", ("open",))}, 12, 12),
        TileLayer(
            "station", "服务站点", "id",
            ("tier", "kind", "name", "id", "class", "services", "hours", "address", "signboard"),
            {"station": ("status", ("open",))}, 10, 11,
        ),
    )
}  # fmt: skip
"""In the order in which they are drawn."""


def layer(name: str) -> TileLayer:
    """Give a layer by name, or raise `NotFound`."""
    try:
        return LAYERS[name]
    except KeyError:
        names = ", ".join(LAYERS)
        raise NotFound(
            f"there are no tiles of {name!r}", zh=f"没有“{name}”图层的瓦片",
            where=[name], hint=f"one of {names}", hint_zh=f"可用：{names}",
        ) from None  # fmt: skip


def names(text: str) -> tuple[str, ...]:
    """Read names of layers, or raise `BadInput` or `NotFound`."""
    found = tuple(dict.fromkeys(text.split(",")))
    if len(found) > MOST_LAYERS:
        raise BadInput(f"at most {MOST_LAYERS} layers at once", zh=f"一次最多 {MOST_LAYERS} 个图层")
    for name in found:
        layer(name)
    return found


def described(name: str, view: View = PUBLIC, *, alone: bool) -> dict[str, object]:
    """Describe a layer for TileJSON: what it says, and from which zoom it comes."""
    of = layer(name)
    return {
        "id": name,
        "description": of.zh,
        "fields": {column: _said(of, column) for column in of.told(view)},
        "minzoom": 0 if alone else of.shown_from,
        "maxzoom": 18,
    }


def _said(of: TileLayer, column: str) -> str:
    for source in of.sources:
        named = layers.LAYERS[source].columns if source in layers.LAYERS else ()
        for told in named:
            if told.name == column:
                return told.zh
    return column


def sheet(session: Session, of: TileLayer, view: View = PUBLIC) -> tiling.Sheet:
    """Read and pack a whole layer, as a view shows it."""
    told: gpd.GeoDataFrame | Cells
    if of.whole is not None:
        told = of.whole(session)
    else:
        parts = [rows(store.rows.cells(session, source), of, source, view) for source in of.sources]
        told = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return tiling.sheet(
        of.name, told, key=of.key, columns=of.told(view), said_from=of.said_from, brief=of.brief
    )


def rows(found: Cells, of: TileLayer, source: str, view: View = PUBLIC) -> Cells:
    """Take of the rows of one source of a layer those that show, as a view shows them."""
    if (shown := of.sources[source]) is not None:
        here = np.isin(found[shown[0]], shown[1])
        found = {name: cells[here] for name, cells in found.items()}
    if len(of.sources) > 1:
        numbers = found["fid"] * len(of.sources) + list(of.sources).index(source)
        found = {**found, "fid": numbers}
    return {
        name: found[name] for name in dict.fromkeys(("fid", of.key, *of.told(view), "geometry"))
    }


def fids(of: TileLayer, source: str, ids: tuple[int, ...]) -> tuple[int, ...]:
    """Give the numbers that rows of a source have in the layer: sources count by turns."""
    many = len(of.sources)
    return ids if many == 1 else tuple(i * many + list(of.sources).index(source) for i in ids)
