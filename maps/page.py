"""A page: one scene as HTML, self-contained or served."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import jinja2
import numpy as np
import shapely
from markupsafe import escape

from maps import fonts, ground, packing
from maps.figure import OfflineFigure, OfflineMap
from maps.palette import palette
from maps.scene import Base, Scene, Sheet
from maps.swatch import swatch
from maps.themes import Theme
from maps.vendor import STATIC

_TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.globals["swatch"] = swatch
_ASCII = "".join(map(chr, range(32, 127)))
ALWAYS = _ASCII + "–—·…°²≥≤×（）：，。、；“”《》条关闭放大缩小全图看上北下南跳到列表"


@dataclass(frozen=True, slots=True)
class Desk:
    """What a page holds when one works on it: a panel above the legend and its own script, if any.

    `panel` names a template, `values` are what it and the script read; `before` are scripts
    and `sheets` style sheets that its own ones build on; `styles` of the palette may be worn
    by shapes that come later.
    """

    panel: str
    script: str
    style: str
    values: Mapping[str, Any] = field(default_factory=dict)
    before: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()

    @property
    def scripts(self) -> tuple[str, ...]:
        """Give its scripts in the order in which they run."""
        return tuple(script for script in (*self.before, self.script) if script)


@dataclass(frozen=True, slots=True)
class Page:
    """A map page; the same theme always gives the same bytes."""

    scene: Scene
    desk: Desk | None = None

    @property
    def title(self) -> str:
        """Its name, Chinese before English."""
        return f"{self.scene.words.zh} {self.scene.words.en}"

    @property
    def summary(self) -> str:
        """Its figures in one line."""
        return " · ".join(f"{fact.words.zh} {fact.value}" for fact in self.scene.facts)

    def html(self, *, inline: bool = True, nonce: str = "", static: str = "/static") -> str:
        """Give the page.

        Parameters
        ----------
        inline : bool
            True: one file that opens from disk and loads nothing, with its own content
            security policy. False: assets are links below `static`.
        nonce : str
            For served pages: the nonce of the policy that the server sends.
        static : str
            For served pages: address of ``maps/static``.
        """
        scene = self.scene
        title = f"{scene.base.title} {scene.words.zh}".strip()
        desk = self.desk
        data = plain(scene, worn=() if desk is None else desk.styles)
        said = ""
        scripts, styles = _parts(scene, desk)
        if desk is not None:
            data["desk"] = dict(desk.values)
            said = "".join((STATIC / script).read_text("utf-8") for script in desk.scripts)
        header = _TEMPLATES.get_template("header.html").render(scene=scene)
        aside = _TEMPLATES.get_template("aside.html").render(
            scene=scene, groups=_groups(scene), desk=desk
        )
        figure = OfflineFigure(
            title,
            inline=inline,
            nonce=nonce,
            static=static,
            header=header,
            aside=aside,
            data=_for_script(data),
            style=_faces(data, header + aside + said),
        )
        chart = OfflineMap(
            scene.kind,
            scripts=scripts,
            styles=styles,
            zoomSnap=0.25,
            wheelPxPerZoomLevel=110,
            maxZoom=19,
            attributionControl=True,
        )
        figure.add_child(chart, name="map")
        return figure.render()


def draw(theme: Theme) -> Page:
    """Make the page of a theme."""
    return Page(theme.scene())


def plain(scene: Scene, *, worn: Iterable[str] = ()) -> dict[str, Any]:
    """Give a scene as plain values: what the scripts of the page read.

    The palette holds the styles that shapes wear, and those of `worn`.
    """
    colours = palette()
    worn = {name for sheet in scene.sheets for name in sheet.styles} | set(worn)
    worn |= {colours["style"][name].get("mark", name) for name in worn}
    return {
        "box": _box(scene),
        "palette": {**colours, "style": {k: v for k, v in colours["style"].items() if k in worn}},
        "credit": credit(scene.base),
        "base": ground.packed(scene.base),
        "sheets": [_sheet(sheet) for sheet in scene.sheets],
        **({} if scene.calendar is None else {"calendar": scene.calendar.packed()}),
    }


def credit(base: Base) -> str:
    """Give the line under the map: whose data, of what day, 审图号 where there is one."""
    parts = [base.source, f"数据日期 {base.date}" if base.date else "", base.approval_no]
    if base.approval_no and "审图号" not in base.approval_no:
        parts[2] = f"审图号：{base.approval_no}"
    return " · ".join(str(escape(p)) for p in parts if p)


def _parts(scene: Scene, desk: Desk | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give the scripts and styles that only some pages need."""
    scripts = () if desk is None else desk.scripts
    styles = () if desk is None else (*desk.sheets, desk.style)
    if scene.calendar is not None:
        scripts, styles = (*scripts, "js/calendar.js"), (*styles, "css/calendar.css")
    return scripts, styles


def _sheet(sheet: Sheet) -> dict[str, Any]:
    styles = sorted(set(sheet.styles))
    content: dict[str, Any] = {
        "key": sheet.key,
        "words": [sheet.words.zh, sheet.words.en],
        "shapes": packing.pack(_wound(sheet.shapes)),
        "styles": styles,
        "style": packing.pack_numbers([styles.index(s) for s in sheet.styles]),
        "labels": list(sheet.labels),
        "labelFrom": sheet.label_from,
        "fields": [[f.zh, f.en] for f in sheet.fields],
        "rows": [list(row) for row in sheet.rows],
        "shown": sheet.shown,
        "choice": sheet.choice,
        "listed": sheet.listed,
        "bold": sheet.bold,
        "side": sheet.side,
    }
    if not sheet.shapes.geom_type.dropna().eq("Point").all():
        content["points"] = packing.pack(ground.label_points(sheet.shapes))
    return content


def _wound(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Wind outer rings one way and holes the other, so that many fill as one path."""
    return gpd.GeoSeries(shapely.orient_polygons(shapes.to_numpy()), crs=shapes.crs)


def _box(scene: Scene) -> list[int]:
    """Give west, north, east, south of the map in map units."""
    west, south, east, north = scene.extent().total_bounds
    return [int(v) for v in packing.units(np.array([[west, north], [east, south]])).ravel()]


def _groups(scene: Scene) -> list[tuple[str, list[Sheet]]]:
    """Group the switches of a scene: one group a choice, one for all that stand alone."""
    groups: dict[str, list[Sheet]] = {}
    for sheet in scene.sheets:
        groups.setdefault(sheet.choice, []).append(sheet)
    return list(groups.items())


def _for_script(data: Mapping[str, Any]) -> str:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _faces(data: Mapping[str, Any], markup: str) -> str:
    """Give the style rules that bring the page's own typeface.

    Two families: the words of the ground, which several pages share and which are cut
    once, and the characters that are only on this page.
    """
    shared = set("".join(_words(data["base"])))
    own = set("".join([ALWAYS, markup, *_words({**data, "base": ()})])) - shared
    strong = [label for sheet in data["sheets"] if sheet["bold"] for label in sheet["labels"]]
    faces = (
        ("Wangge Ground", 400, fonts.data_uri(shared)),
        ("Wangge Sans", 400, fonts.data_uri(own)),
        ("Wangge Sans", 700, fonts.data_uri([ALWAYS, markup, *strong], "Bold")),
    )
    return "".join(
        f'@font-face{{font-family:"{family}";font-weight:{weight};font-display:block;'
        f'src:url({source}) format("woff2")}}'
        for family, weight, source in faces
    )


def _words(value: Any) -> Iterator[str]:
    """Give every text in plain values, but for the packed shapes, which are ASCII."""
    if isinstance(value, str):
        yield value if not value.isascii() else ""
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _words(part)
    elif isinstance(value, Iterable):
        for part in value:
            yield from _words(part)
