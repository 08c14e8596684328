"""The layers Wangge speaks of: their columns, their geometry, and the makers that check them.

`LAYERS` is the one description of every layer; files, store, exports and maps read it.
A maker takes a frame, checks everything at once and gives it its name. A slice of a layer
is a plain frame until it passes the maker again.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NewType

import geopandas as gpd
import pandas as pd

from geo import coords
from geo.errors import BadInput, SchemaError

GridLayer = NewType("GridLayer", gpd.GeoDataFrame)
"""Areas of one level (grids, but communities and micro-grids as well), in metres."""
StationLayer = NewType("StationLayer", gpd.GeoDataFrame)
"""Places that serve people, at their entrance point, in metres."""
DemandLayer = NewType("DemandLayer", gpd.GeoDataFrame)
"""Buildings (footprint or point) with the people in them, in metres."""
StreetLayer = NewType("StreetLayer", gpd.GeoDataFrame)
"""Street centre lines, in metres."""
BarrierLayer = NewType("BarrierLayer", gpd.GeoDataFrame)
"""Rivers, railways, walls (lines) and gates (points), in metres."""
CouncilLayer = NewType("CouncilLayer", gpd.GeoDataFrame)
"""Deliberation councils at their meeting place, in metres."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, type (text, int, float, bool), and what an empty cell becomes.

    `default` None means that the column must be there and filled.
    """

    name: str
    type: str
    zh: str
    default: str | int | float | None = None
    choices: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer: key column, columns in order, and the geometry types it may hold."""

    name: str
    zh: str
    key: str
    columns: tuple[Column, ...]
    geometry: tuple[str, ...]
    level: str | None = None

    def column(self, name: str) -> Column:
        """Give a column by name."""
        return next(c for c in self.columns if c.name == name)


POLYGON = ("Polygon", "MultiPolygon")
LINE = ("LineString", "MultiLineString")
PEOPLE = (
    Column("households", "int", "户数", 0, aliases=("总户数", "居民户数", "常住户数")),
    Column("residents", "int", "人口", 0, aliases=("人口数", "常住人口")),
)
GROUPS = ("elders", "alone", "children", "disabled")
"""Priority groups counted on a building: elders (65+), elders living alone, children, disabled."""

TIERS = ("subdistrict", "community", "grid")
STATION_KINDS = (
    "service_center", "warm_station", "grid_station", "neighborhood_station", "grid_home",
    "micro_venue", "activity_room", "convenience_center", "governance_center",
)  # fmt: skip
SERVICES = (
    "rest", "water", "heating", "charging", "microwave", "toilet", "first_aid", "reading",
    "consultation", "elder_care", "child_care", "legal_aid", "parcel", "meal", "activity",
)  # fmt: skip
"""What a station may offer; a station's `services` lists some of them, joined by ``;``."""
HOSTS = ("gatehouse", "bike_shed", "pavilion", "property_office", "shop", "own_building")


def _areas(level: str, zh: str) -> Layer:
    return Layer(
        level,
        zh,
        "code",
        (
            Column("code", "text", f"{zh}编码", aliases=("编码", "代码", "网格编码", "区划代码")),
            Column("name", "text", f"{zh}名称", "", aliases=("名称", "网格名称")),
            Column(
                "kind",
                "text",
                "类型",
                "comprehensive",
                ("comprehensive", "dedicated"),
                aliases=("网格类型",),
            ),
            Column(
                "parent",
                "text",
                "上级编码",
                "",
                aliases=(
                    "所属编码",
                    "所属网格编码",
                    "所属网格",
                    "所属社区编码",
                    "所属社区",
                    "所属街道编码",
                    "所属街道",
                ),
            ),
            *PEOPLE,
        ),
        POLYGON,
        level,
    )


_PLACE = (
    Column("id", "text", "编号"),
    Column("name", "text", "名称", ""),
    Column("kind", "text", "类别", "warm_station", STATION_KINDS),
    Column("tier", "text", "层级", "grid", TIERS),
    Column("class", "text", "星级", "", ("", "A", "B", "C")),
    Column("services", "text", "服务", "", aliases=("服务内容", "服务项目")),
    Column("hours", "text", "开放时间", "", aliases=("营业时间", "服务时间", "开放时段")),
    Column("capacity", "int", "容量", 0),
    Column("area_m2", "float", "面积", 0.0),
    Column("signboard", "text", "门牌名称", ""),
    Column("address", "text", "地址", ""),
    Column("phone", "text", "公开电话", ""),
    Column("host", "text", "依托设施", "", ("", *HOSTS)),
    Column("cost", "float", "造价万元", 0.0),
    Column("within", "text", "所在场所", ""),
    Column("rating", "float", "评分", 0.0),
)
PLACE_STATUS = ("open", "planned", "candidate", "closed")

LAYERS: dict[str, Layer] = {
    layer.name: layer
    for layer in (
        _areas("district", "区"),
        _areas("subdistrict", "街道"),
        _areas("community", "社区"),
        _areas("grid", "网格"),
        _areas("microgrid", "微网格"),
        Layer(
            "station", "服务站点", "id", (*_PLACE, Column("status", "text", "状态", "open", PLACE_STATUS)),
            ("Point",),
        ),
        Layer(
            "candidate", "候选点位", "id",
            (*_PLACE, Column("status", "text", "状态", "candidate", PLACE_STATUS)), ("Point",),
        ),
        Layer(
            "building", "楼栋", "id",
            (
                Column("id", "text", "楼栋编号", aliases=("楼栋编码", "编号")),
                Column("name", "text", "楼栋名称", ""),
                Column("use", "text", "用途", "residential"),
                Column("compound", "text", "所属小区", ""),
                Column("floors", "int", "层数", 0),
                *PEOPLE,
                Column("elders", "int", "老年人", 0),
                Column("alone", "int", "独居老人", 0),
                Column("children", "int", "儿童", 0),
                Column("disabled", "int", "残疾人", 0),
            ),
            (*POLYGON, "Point"),
        ),
        Layer(
            "street", "道路", "id",
            (
                Column("id", "text", "道路编号", ""),
                Column("name", "text", "道路名称", ""),
                Column("highway", "text", "道路等级", "residential"),
                Column("access", "text", "通行权", ""),
                Column("foot", "text", "步行", ""),
                Column("surface", "text", "路面", ""),
                Column("bridge", "int", "桥梁", 0),
                Column("tunnel", "int", "隧道", 0),
                Column("layer", "int", "层", 0),
            ),
            LINE,
        ),
        Layer(
            "barrier", "屏障", "id",
            (
                Column("id", "text", "编号", ""),
                Column("name", "text", "名称", ""),
                Column("kind", "text", "类别", choices=("river", "rail", "wall")),
                Column("compound", "text", "所属小区", ""),
            ),
            LINE,
        ),
        Layer(
            "gate", "出入口", "id",
            (
                Column("id", "text", "编号"),
                Column("name", "text", "名称", ""),
                Column("compound", "text", "所属小区", ""),
                Column("foot", "text", "步行", "yes", ("yes", "no")),
            ),
            ("Point",),
        ),
        Layer(
            "landuse", "用地", "id",
            (
                Column("id", "text", "编号", ""),
                Column("name", "text", "名称", ""),
                Column("kind", "text", "类别", choices=(
                    "water", "park", "industrial", "university", "school", "hospital",
                    "residential", "commercial", "farmland", "village", "rail",
                )),
            ),
            POLYGON,
        ),
        Layer(
            "council", "党群议事会", "id",
            (
                Column("id", "text", "编号"),
                Column("name", "text", "名称", ""),
                Column("community", "text", "所属社区编码"),
                Column("seniority", "float", "成立年数", 0.0),
                Column("strength", "float", "能力评分", 0.0),
                Column("members", "int", "成员数", 0),
                Column("households", "int", "户数", 0),
                Column("skills", "text", "优势", ""),
                Column("needs", "text", "需求", ""),
                Column("territory", "text", "覆盖网格", ""),
            ),
            ("Point",),
        ),
        Layer(
            "institution", "驻区单位", "id",
            (
                Column("id", "text", "编号"),
                Column("name", "text", "名称", ""),
                Column("kind", "text", "类别", ""),
                Column("community", "text", "所属社区编码", ""),
                Column("members", "int", "人数", 0),
            ),
            ("Point",),
        ),
        Layer(
            "staff", "网格力量", "id",
            (
                Column("id", "text", "编号"),
                Column("name", "text", "姓名", ""),
                Column("role", "text", "岗位", aliases=("职务", "角色", "岗位名称")),
                Column("area", "text", "所属区域编码", aliases=("所属网格编码", "区域编码", "网格编码")),
                Column("phone", "text", "电话", ""),
            ),
            (),
        ),
        Layer(
            "net", "部门网格", "code",
            (
                Column(
                    "code", "text", "网格编码",
                    aliases=("编码", "代码", "综治网格编码", "所属综治网格编码"),
                ),
                Column("name", "text", "网格名称", "", aliases=("名称", "综治网格名称")),
                Column("net", "text", "条线", "", aliases=("条线类别",)),
                PEOPLE[0],
            ),
            POLYGON,
        ),
    )
}  # fmt: skip


def layer(name: str) -> Layer:
    """Give a layer's description by name, or raise `BadInput` with the names there are."""
    try:
        return LAYERS[name]
    except KeyError:
        names = ", ".join(LAYERS)
        raise BadInput(
            f"no layer {name!r}",
            zh=f"没有“{name}”这个图层",
            hint=f"one of {names}",
            hint_zh=f"可用：{names}",
        ) from None


def items(text: str) -> tuple[str, ...]:
    """Split a list cell such as ``"rest;water"``; empty text is an empty list."""
    return tuple(part.strip() for part in text.split(";") if part.strip())


def faults(frame: pd.DataFrame, description: Layer) -> list[str]:
    """Name everything that keeps a frame from being this layer; empty when nothing does."""
    found = [
        f"column {c.name!r} ({c.zh}) is missing" for c in description.columns if c.name not in frame
    ]
    for column in description.columns:
        if column.name not in frame:
            continue
        values = frame[column.name]
        found += _type_faults(column, values)
        if column.choices:
            unknown = sorted(set(values.dropna().astype(str)) - set(column.choices))
            found += [f"{column.name} = {value!r} is not one of the choices" for value in unknown]
    if description.geometry and isinstance(frame, gpd.GeoDataFrame):
        types = set(frame.geom_type.dropna()) - set(description.geometry)
        found += [f"geometry of type {t}" for t in sorted(types)]
        if (count := int(frame.geometry.isna().sum() + frame.geometry.is_empty.sum())) > 0:
            found.append(f"{count} features without geometry")
    return found


def _type_faults(column: Column, values: pd.Series) -> Iterable[str]:
    if (empty := int(values.isna().sum())) > 0:
        yield f"{column.name} is empty {empty} times"
    ok: dict[str, Callable[[pd.Series], bool]] = {
        "text": lambda s: pd.api.types.is_string_dtype(s.dropna()),
        "int": pd.api.types.is_integer_dtype,
        "float": pd.api.types.is_numeric_dtype,
        "bool": pd.api.types.is_bool_dtype,
    }
    if len(values) and not ok[column.type](values):
        yield f"{column.name} is not {column.type}"


def checked(frame: gpd.GeoDataFrame, name: str) -> gpd.GeoDataFrame:
    """Check a frame against a layer: metres, columns, types, choices, geometry.

    Raises
    ------
    SchemaError
        With every fault in ``where``.
    CrsError
        When the coordinates are not metres.
    """
    description = layer(name)
    if description.geometry:
        coords.require_metres(frame)
    if found := faults(frame, description):
        raise SchemaError(
            f"this is no {name} layer: {'; '.join(found)}",
            zh=f"不符合“{description.zh}”图层的要求：{'；'.join(found)}",
            where=found,
        )
    return frame


def grids(frame: gpd.GeoDataFrame, level: str = "grid") -> GridLayer:
    """Check a table of areas of one level and give it its name."""
    return GridLayer(checked(frame, level))


def stations(frame: gpd.GeoDataFrame) -> StationLayer:
    """Check a table of places and give it its name."""
    return StationLayer(checked(frame, "station"))


def demand(frame: gpd.GeoDataFrame) -> DemandLayer:
    """Check a table of buildings and give it its name."""
    return DemandLayer(checked(frame, "building"))


def streets(frame: gpd.GeoDataFrame) -> StreetLayer:
    """Check a table of streets and give it its name."""
    return StreetLayer(checked(frame, "street"))


def barriers(frame: gpd.GeoDataFrame) -> BarrierLayer:
    """Check a table of barriers and give it its name."""
    return BarrierLayer(checked(frame, "barrier"))


def councils(frame: gpd.GeoDataFrame) -> CouncilLayer:
    """Check a table of councils and give it its name."""
    return CouncilLayer(checked(frame, "council"))
