"""Which file of a folder or an archive is the layer; unpacked with its parts, its names repaired."""

import shutil
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from geo.errors import FileRefused
from geo.files import limits, strangers
from geo.layers import LAYERS

Kind = Literal[
    "shapefile", "table", "geopackage", "geojson", "flatgeobuf", "kml", "dxf", "csv", "xlsx",
    "parquet", "osm",
]  # fmt: skip
KINDS: dict[str, Kind] = {
    ".shp": "shapefile",
    ".dbf": "table",
    ".gpkg": "geopackage",
    ".geojson": "geojson",
    ".json": "geojson",
    ".fgb": "flatgeobuf",
    ".kml": "kml",
    ".dxf": "dxf",
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".xlsx": "xlsx",
    ".parquet": "parquet",
    ".osm": "osm",
    ".pbf": "osm",
}
_TABLES = (".dbf", ".csv", ".tsv", ".xlsx")
"""What may lie beside a layer as a part of it, and is a layer only where nothing else is."""
OF_SHAPES = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_NAMED_IN_UTF8 = 0x800


def layers_in(names: Iterable[Path], wanted: str | None = None) -> list[Path]:
    """Choose the files that are layers of their own; of several, one that is named for a layer."""
    known = sorted(_all_layers(names))
    shapes = [n for n in known if n.suffix.lower() not in _TABLES]
    alone = shapes or known
    words = (wanted, LAYERS[wanted].zh) if wanted in LAYERS else ()
    named = [n for n in alone if _stem(n).lower() in words]
    return named if len(named) == 1 else alone


def _stem(name: Path) -> str:
    """Give a name without folders, also those of Windows, and without ending."""
    return name.stem.rpartition("\\")[2]


def unpacked(path: Path, folder: Path, wanted: str | None) -> tuple[Path, tuple[str, ...]]:
    """Unpack the one layer of a zip, its names repaired; refuse none or several.

    Gives the layer, and the names of tables and further drawings that came with it.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = {_member_name(m): m for m in archive.infolist() if not m.is_dir()}
            layers = layers_in(members, wanted)
            if path.suffix.lower() == ".kmz":
                layers = _root_of(layers)
            if len(layers) != 1:
                raise _not_one(path, layers, members)
            chosen = layers[0]
            parts = {name: member for name, member in members.items() if _own(name, chosen)}
            limits.require_honest_zip(parts.values(), len(members), path.name)
            folder.mkdir()
            for name, member in parts.items():
                if name.suffix.lower() in (*KINDS, *OF_SHAPES):
                    target = folder / f"{_stem(chosen)}{name.suffix.lower()}"
                    with archive.open(member) as packed, target.open("wb") as out:
                        shutil.copyfileobj(packed, out)
            others = [n for n in _all_layers(members) if not _own(n, chosen)]
    except (
        zipfile.BadZipFile,
        zlib.error,
        RuntimeError,
        NotImplementedError,
        EOFError,
        OSError,
        ValueError,
    ) as fault:
        raise FileRefused(
            f"{path.name} cannot be unpacked: {fault}",
            zh=f"{path.name} 无法解压，可能已损坏或加了密码",
            hint="pack the files again, without a password",
            hint_zh="请重新打包，不要加密码",
        ) from None
    return folder / f"{_stem(chosen)}{chosen.suffix.lower()}", tuple(sorted(str(n) for n in others))


def _own(name: Path, chosen: Path) -> bool:
    """Say whether a member is a part of the chosen one, in whatever case it is written."""
    return name.stem.lower() == chosen.stem.lower() and name.parent == chosen.parent


def _all_layers(names: Iterable[Path]) -> list[Path]:
    """Name everything that could be read; a text beside other files tells of them."""
    known = (n for n in names if n.suffix.lower() in KINDS and n.suffix.lower() != ".txt")
    return [n for n in known if not n.name.startswith((".", "~$"))]


def _root_of(layers: list[Path]) -> list[Path]:
    """Choose the main document of a KMZ: ``doc.kml``, else the first that lies on top (OGC 12-007)."""
    top = [n for n in layers if len(n.parts) == 1]
    return ([n for n in top if n.name.lower() == "doc.kml"] or top or layers)[:1]


def _member_name(member: zipfile.ZipInfo) -> Path:
    """Give a member's true name: Windows writes GBK without saying so."""
    if member.flag_bits & _NAMED_IN_UTF8:
        return Path(member.filename)
    try:
        return Path(member.filename.encode("cp437").decode("gbk"))
    except UnicodeError:
        return Path(member.filename)


def _not_one(path: Path, layers: list[Path], members: Iterable[Path]) -> FileRefused:
    if len(layers) < 2:
        return _none_in(path, members)
    names = ", ".join(str(n) for n in layers[:8]) + (" …" if len(layers) > 8 else "")
    return FileRefused(
        f"{path.name} holds {len(layers)} layers: {names}",
        zh=f"{path.name} 内有 {len(layers)} 个图层：{names}",
        hint="name the layer: a file that is called like it is taken; or pack each layer alone",
        hint_zh="请指定图层，会读取与图层同名的文件（如“网格.shp”）；或每个图层单独打包",
    )


def _none_in(path: Path, members: Iterable[Path]) -> FileRefused:
    """Refuse a zip without a layer, by what is in it."""
    for name in members:
        inner = next(
            (n.suffix for n in (name, *name.parents) if strangers.is_stranger(n.suffix)), ""
        )
        if inner or name.suffix.lower() in (".zip", ".kmz"):
            return strangers.unread(inner or ".zip", f"{path.name}/{name.name}")
    return FileRefused(
        f"{path.name} holds no layer",
        zh=f"{path.name} 内没有可读的图层",
        hint=f"pack one of {strangers.READABLE}",
        hint_zh=f"可读取：{strangers.READABLE}",
    )
