"""Areas by level: subdistricts, communities, grids, micro-grids on one map."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import geopandas as gpd

from geo.layers import DEFAULT_SCHEME, Level, level
from maps.scene import Base, Cell, Fact, Key, Scene, Sheet, Words
from maps.themes.shades import distinct, in_metres

NORMS = {"grid": (300, 500), "microgrid": (30, 100)}
"""Households an area of a level should have; a default of practice, not a law."""
COUNTED = ("district", "subdistrict", "community")
"""Levels whose household numbers may stand on a public map."""
_HUES = ("area_a", "area_b", "area_c", "area_d", "area_e")
_NORM = (
    ("norm_far_under", "远低于规模", "Far too small"),
    ("norm_under", "低于规模", "Too small"),
    ("norm_within", "符合规模", "Within norm"),
    ("norm_over", "超出规模", "Too large"),
    ("norm_far_over", "远超规模", "Far too large"),
)
NORM_STYLES = tuple(style for style, _, _ in _NORM)
"""Styles by households: far under the norm, under, within, over, far over."""
LABEL_FROM = {
    "district": 0.0,
    "subdistrict": 0.0,
    "community": 12.0,
    "grid": 14.0,
    "microgrid": 16.0,
}


@dataclass(frozen=True, slots=True)
class Grids:
    """Areas by level, one level shown at a time.

    Parameters
    ----------
    levels : mapping of level name to GeoDataFrame
        ``code``, ``name``, ``households``, ``residents``, polygons; any CRS that is known.
        With ``kind``, dedicated areas (parks, campuses) are not measured by households.
    norms : mapping
        Level → least and most households; areas of these levels are coloured by it.
    shown : str
        The level shown first; without it, communities, or the widest there is.
    public : bool
        Hide household and resident numbers below the community.
    """

    levels: Mapping[str, gpd.GeoDataFrame]
    base: Base
    norms: Mapping[str, tuple[int, int]] = field(default_factory=lambda: NORMS)
    shown: str = ""
    public: bool = False

    def scene(self) -> Scene:
        """Give what the map shows."""
        names = [lv.name for lv in DEFAULT_SCHEME if lv.name in self.levels]
        first = self.shown or ("community" if "community" in names else names[0])
        parents = _names(self.levels)
        sheets = [self._sheet(level(n), parents, shown=n == first) for n in names]
        facts = [Fact(Words(s.words.zh, s.words.en), f"{len(s.shapes):,}") for s in sheets]
        return Scene("grids", Words("网格分级图", "Areas by level"), self.base, sheets, facts)

    def _sheet(self, lv: Level, parents: Mapping[str, str], *, shown: bool) -> Sheet:
        frame = in_metres(self.levels[lv.name])
        counted = not self.public or lv.name in COUNTED
        norm = self.norms.get(lv.name) if counted else None
        styles, legend = _by_norm(frame, norm) if norm else _by_hue(frame, lv)
        names = [name or code[-3:] for name, code in zip(frame["name"], frame["code"], strict=True)]
        labels = [
            name.removeprefix(parents.get(code[: -_TAIL.get(lv.name, 3)], "\0"))
            for name, code in zip(names, frame["code"], strict=True)
        ]
        columns: dict[Words, list[Cell]] = {
            Words("名称", "Name"): names,
            Words("编码", "Code"): frame["code"].tolist(),
        }
        if counted:
            columns[Words("户数", "Households")] = frame["households"].tolist()
            columns[Words("人口", "Residents")] = frame["residents"].tolist()
        return Sheet(
            key=lv.name,
            words=Words(lv.zh, lv.en),
            shapes=frame.geometry,
            styles=styles,
            legend=legend,
            labels=labels,
            fields=list(columns),
            rows=list(zip(*columns.values(), strict=True)),
            shown=shown,
            choice="level",
            label_from=LABEL_FROM.get(lv.name, 14.0),
            bold=lv.name in ("district", "subdistrict"),
        )


_TAIL = {"microgrid": 2}


def _names(levels: Mapping[str, gpd.GeoDataFrame]) -> dict[str, str]:
    """Give the name of every area by its code, to be left out of its children's labels."""
    pairs: dict[str, str] = {}
    for frame in levels.values():
        pairs |= {c: n for c, n in zip(frame["code"], frame["name"], strict=True) if n}
    return pairs


def _by_hue(frame: gpd.GeoDataFrame, lv: Level) -> tuple[list[str], list[Key]]:
    styles = [_HUES[i] for i in distinct(frame.geometry, len(_HUES))]
    words = Words(f"相邻{lv.zh}以底色区分", "Neighbours differ in tint")
    return styles, [Key("area_a", words)]


def _by_norm(frame: gpd.GeoDataFrame, norm: tuple[int, int]) -> tuple[list[str], list[Key]]:
    least, most = norm
    edges = (least // 2, least, most + 1, most + most // 2 + 1)
    classes = [sum(int(h) >= e for e in edges) for h in frame["households"]]
    styles = [_NORM[i][0] for i in classes]
    if "kind" in frame:
        own = (frame["kind"] == "dedicated").tolist()
        styles = ["dedicated" if d else s for d, s in zip(own, styles, strict=True)]
    spans = (
        f"< {edges[0]}", f"{edges[0]}–{least - 1}", f"{least}–{most}",
        f"{most + 1}–{edges[3] - 1}", f"≥ {edges[3]}",
    )  # fmt: skip
    legend = [
        Key(name, Words(f"{zh}（{span} 户）", en), styles.count(name))
        for (name, zh, en), span in zip(_NORM, spans, strict=True)
    ]
    if "dedicated" in styles:
        words = Words("专属网格（不按户数）", "Dedicated, not by households")
        legend.append(Key("dedicated", words, styles.count("dedicated")))
    return styles, legend
