"""The Chinese typeface: found on the machine, cut down to the characters a page uses."""

import base64
import io
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.ttLib import TTCollection, TTFont

from geo.errors import Unavailable

FAMILY = "Noto Sans CJK SC"
FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path.home() / ".local/share/fonts",
    Path.home() / ".fonts",
    Path.home() / "Library/Fonts",
)
_FILES = ("NotoSansCJK-{}.ttc", "NotoSansCJKsc-{}.otf", "NotoSansSC-{}.otf", "NotoSansSC-{}.ttf")
_BORN = 3_786_912_000
"""A fixed day in the clock of fonts, so that the same characters give the same bytes."""


@lru_cache(maxsize=4)
def find(weight: str = "Regular") -> tuple[Path, int]:
    """Give the file of the typeface and the number of its simplified Chinese face.

    Raises
    ------
    Unavailable
        When no such file lies in the usual folders; the message names the package.
    """
    for folder in FOLDERS:
        for pattern in _FILES:
            for path in sorted(folder.rglob(pattern.format(weight))):
                return path, _face(path)
    raise Unavailable(
        f"no Chinese typeface ({FAMILY} {weight}) on this machine",
        zh=f"本机没有中文字体（{FAMILY} {weight}）",
        where=[str(folder) for folder in FOLDERS],
        hint="install it: apt-get install fonts-noto-cjk",
        hint_zh="请安装：apt-get install fonts-noto-cjk",
    )


def _face(path: Path) -> int:
    if path.suffix != ".ttc":
        return -1
    with TTCollection(path, lazy=True) as collection:
        names = [font["name"].getDebugName(1) for font in collection.fonts]
    return names.index(FAMILY) if FAMILY in names else 0


def cut(characters: Iterable[str], weight: str = "Regular", *, flavor: str | None = None) -> bytes:
    """Give a font file with these characters only; those the typeface lacks are left out.

    Parameters
    ----------
    characters : iterable of str
        Texts; their characters count, not their order.
    weight : str
        ``Regular`` or ``Bold``.
    flavor : str, optional
        ``woff2`` for the web; OpenType without it.
    """
    wanted = "".join(sorted({c for text in characters for c in text if c.isprintable()}))
    return _cut(wanted, weight, flavor)


def data_uri(characters: Iterable[str], weight: str = "Regular") -> str:
    """Give the cut font as a ``data:`` address."""
    content = base64.b64encode(cut(characters, weight, flavor="woff2")).decode("ascii")
    return f"data:font/woff2;base64,{content}"


@lru_cache(maxsize=2)
def source(weight: str) -> TTFont:
    """Give the whole typeface, read when first asked for; not to be changed."""
    path, face = find(weight)
    return TTFont(io.BytesIO(path.read_bytes()), fontNumber=face, lazy=True)


@lru_cache(maxsize=16)
def _cut(wanted: str, weight: str, flavor: str | None) -> bytes:
    """Copy the outlines of the wanted characters into a font of their own.

    Each outline is read once and written plain; a general subsetter, which follows every
    rule of the 65,000 glyphs of the source, takes three times as long.
    """
    whole = source(weight)
    known = whole.getBestCmap()
    cmap = {ord(c): known[ord(c)] for c in wanted if ord(c) in known}
    glyphs = whole.getGlyphSet()
    names = [".notdef", *sorted(set(cmap.values()))]
    outlines, metrics = {}, {}
    for name in names:
        pen = T2CharStringPen(glyphs[name].width, None)
        glyphs[name].draw(pen)
        outlines[name] = pen.getCharString()
        metrics[name] = (glyphs[name].width, 0)
    return _assembled(names, cmap, outlines, metrics, weight=weight, flavor=flavor)


def _assembled(
    names: list[str],
    cmap: dict[int, str],
    outlines: dict[str, Any],
    metrics: dict[str, tuple[int, int]],
    *,
    weight: str,
    flavor: str | None,
) -> bytes:
    builder = FontBuilder(unitsPerEm=1000, isTTF=False)
    builder.setupHead(unitsPerEm=1000, created=_BORN, modified=_BORN)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap(cmap)
    builder.setupCFF(f"WanggeSans-{weight}", {"FullName": f"Wangge Sans {weight}"}, outlines, {})
    builder.setupHorizontalMetrics(metrics)
    builder.setupHorizontalHeader(ascent=1160, descent=-288)
    builder.setupNameTable({"familyName": "Wangge Sans", "styleName": weight})
    builder.setupOS2(
        sTypoAscender=880, sTypoDescender=-120, usWinAscent=1160, usWinDescent=288,
        usWeightClass=700 if weight == "Bold" else 400, fsType=0,
    )  # fmt: skip
    builder.setupPost()
    builder.font.recalcBBoxes = builder.font.recalcTimestamp = False
    builder.font.flavor = flavor
    out = io.BytesIO()
    builder.font.save(out)
    return out.getvalue()
