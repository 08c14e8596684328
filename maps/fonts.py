"""The Chinese typeface: found on the machine, cut down to the characters a page uses."""

import base64
import io
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTCollection, TTFont

from geo.errors import Unavailable

FAMILY = "Noto Sans CJK SC"
FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path.home() / ".local/share/fonts",
    Path.home() / ".fonts",
)
_FILES = ("NotoSansCJK-{}.ttc", "NotoSansCJKsc-{}.otf", "NotoSansSC-{}.otf", "NotoSansSC-{}.ttf")
_HEAVY = ("BASE", "DSIG", "GDEF", "GPOS", "GSUB", "VORG", "vhea", "vmtx")


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


@lru_cache(maxsize=16)
def _cut(wanted: str, weight: str, flavor: str | None) -> bytes:
    path, face = find(weight)
    with TTFont(path, fontNumber=face, lazy=True, recalcBBoxes=False, recalcTimestamp=False) as font:
        for table in _HEAVY:
            if table in font:
                del font[table]
        options = subset.Options(
            layout_features=[], hinting=False, desubroutinize=True, notdef_outline=True, name_IDs=[1, 2]
        )
        cutter = subset.Subsetter(options)
        cutter.populate(text=wanted)
        cutter.subset(font)
        font.flavor = flavor
        out = io.BytesIO()
        font.save(out, reorderTables=False)
    return out.getvalue()
