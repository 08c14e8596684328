"""What most analyses start from: the district's layers, brought to metres together."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely
from pyproj import CRS

from api.tasks.work import Work
from geo import coords, layers, store
from geo.errors import NotFound
from geo.layers import DemandLayer, GridLayer, StationLayer


@dataclass(frozen=True)
class Scene:
    """Layers of one moment in one metre system; an absent layer is an empty frame.

    In `folder` what is made from them may be kept; None: nowhere.
    """

    crs: CRS
    frames: dict[str, gpd.GeoDataFrame]
    folder: Path | None = None
    _marks: dict[tuple[str, ...], str] = field(default_factory=dict, compare=False, repr=False)

    def frame(self, name: str) -> gpd.GeoDataFrame:
        """Give a layer as it was kept."""
        return self.frames[name]

    def mark(self, *names: str) -> str:
        """Give a sum of all that layers hold: another, when anything in them is."""
        if names not in self._marks:
            parts = [self.crs.to_wkt().encode(), *(_content(self.frames[name]) for name in names)]
            self._marks[names] = hashlib.sha256(b"".join(parts)).hexdigest()
        return self._marks[names]

    def areas(self, level: str) -> GridLayer:
        """Give the areas of a level."""
        return layers.grids(self.frames[level], level)

    def levels(self) -> dict[str, GridLayer]:
        """Give every level that holds areas, widest first."""
        names = [lv.name for lv in layers.DEFAULT_SCHEME if lv.name in self.frames]
        return {name: self.areas(name) for name in names if len(self.frames[name])}

    @property
    def demand(self) -> DemandLayer:
        """Give the buildings and their people."""
        return layers.demand(self.frames["building"])

    @property
    def stations(self) -> StationLayer:
        """Give the places that serve people today."""
        places = self.frames["station"]
        return layers.stations(places[places["status"] == "open"].reset_index(drop=True))


def _content(frame: gpd.GeoDataFrame) -> bytes:
    values = pd.util.hash_pandas_object(frame.drop(columns=frame.geometry.name), index=False)
    shapes = b"".join(shapely.to_wkb(frame.geometry.to_numpy()))
    return hashlib.sha256(values.to_numpy().tobytes() + shapes).digest()


def read_scene(work: Work, *names: str) -> Scene:
    """Read layers in one short transaction and bring them to the same metres.

    Raises
    ------
    NotFound
        When the store holds nothing of what was asked.
    """
    with work.db.read() as session:
        frames = {
            name: store.areas.read(session, name)
            if layers.layer(name).level
            else store.features.read(session, name)
            for name in names
        }
    filled = [
        frame for frame in frames.values() if len(frame) and isinstance(frame, gpd.GeoDataFrame)
    ]
    if not filled:
        raise NotFound(
            f"the store holds no {', '.join(names)} yet",
            zh=f"数据库里还没有这些图层：{'、'.join(layers.layer(n).zh for n in names)}",
            hint="import them with `wangge import PATH`, or try `wangge demo`",
            hint_zh="请先用 wangge import 导入，或用 wangge demo 生成示范数据",
        )
    bounds = [frame.total_bounds for frame in filled]
    middle = (min(b[0] for b in bounds) + max(b[2] for b in bounds)) / 2
    crs = coords.working_crs(float(middle))
    metres = {
        name: coords.to_metres(frame, crs) if isinstance(frame, gpd.GeoDataFrame) else frame
        for name, frame in frames.items()
    }
    return Scene(crs, metres, work.settings.home / "artefacts")
