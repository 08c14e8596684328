"""Stations, and how far one walks to them."""

from dataclasses import dataclass
from itertools import pairwise

import geopandas as gpd
import shapely

from maps.scene import Base, Cell, Fact, Key, Scene, Sheet, Words
from maps.themes.shades import in_metres
from maps.themes.terms import KINDS, hours, services

TIERS = (
    ("subdistrict", Words("街道级", "Subdistrict tier")),
    ("community", Words("社区级", "Community tier")),
    ("grid", Words("网格级", "Grid tier")),
)
_ZONES = ("zone_a", "zone_b", "zone_c", "zone_d")


@dataclass(frozen=True, slots=True)
class Stations:
    """Stations by tier over their walking zones.

    Parameters
    ----------
    stations : GeoDataFrame
        The layer station; points in any CRS that is known.
    zones : GeoDataFrame, optional
        ``reach_s`` and polygons, each reach holding the shorter ones; the four shortest
        reaches are drawn. Rows of one reach are joined.
    public : bool
        Nothing on this map is private; kept so that every theme is called alike.
    """

    stations: gpd.GeoDataFrame
    zones: gpd.GeoDataFrame | None
    base: Base
    public: bool = False

    def scene(self) -> Scene:
        """Give what the map shows."""
        places = station_sheet(self.stations)
        sheets = [places] if self.zones is None or self.zones.empty else [self._zones(), places]
        tiers = [Fact(key.words, f"{key.count or 0:,}") for key in places.legend]
        facts = [Fact(Words("站点", "Stations"), f"{len(places.shapes):,}"), *tiers]
        words = Words("站点与步行圈", "Stations and walking zones")
        return Scene("stations", words, self.base, sheets, facts)

    def _zones(self) -> Sheet:
        assert self.zones is not None
        frame = in_metres(self.zones)
        joined = frame[["reach_s", "geometry"]].dissolve("reach_s").sort_index().iloc[: len(_ZONES)]
        rings = list(joined.geometry)
        rings = [
            rings[0],
            *(shapely.difference(b, a) for a, b in pairwise(rings)),
        ]
        legend = [
            Key(style, Words(f"步行 {reach / 60:g} 分钟内", f"Within {reach / 60:g} min"))
            for style, reach in zip(_ZONES, joined.index, strict=False)
        ]
        return Sheet(
            key="zones",
            words=Words("步行圈", "Walking zones"),
            shapes=gpd.GeoSeries(rings[::-1], crs=frame.crs),
            styles=[key.style for key in legend][::-1],
            legend=legend,
            listed=False,
        )


def station_sheet(stations: gpd.GeoDataFrame, *, label_from: float = 15.0) -> Sheet:
    """Give stations as symbols by tier, widest tier last so that it lies on top."""
    frame = in_metres(stations)
    rank = {tier: i for i, (tier, _) in enumerate(TIERS[::-1])}
    frame = frame.sort_values(
        "tier", key=lambda tiers: tiers.map(rank).fillna(0), kind="stable"
    ).reset_index(drop=True)
    rows: list[tuple[Cell, ...]] = [
        (s["name"] or s["id"], KINDS.get(s["kind"], s["kind"]), hours(s["hours"]), services(s["services"]),
         s["address"], s["phone"], s["id"])
        for s in frame.to_dict("records")
    ]  # fmt: skip
    known = {tier for tier, _ in TIERS}
    styles = [f"tier_{t if t in known else 'grid'}" for t in frame["tier"]]
    return Sheet(
        key="stations",
        words=Words("站点", "Stations"),
        shapes=frame.geometry,
        styles=styles,
        legend=[Key(f"tier_{t}", words, styles.count(f"tier_{t}")) for t, words in TIERS],
        labels=[str(row[0]) for row in rows],
        fields=[
            Words("名称", "Name"), Words("类别", "Kind"), Words("开放时间", "Open"),
            Words("服务", "Services"), Words("地址", "Address"), Words("电话", "Phone"),
            Words("编号", "Id"),
        ],
        rows=rows,
        label_from=label_from,
    )  # fmt: skip
