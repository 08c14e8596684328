"""Open a path: find what it is, unpack it, mend a lost index, or refuse it in plain words."""

import dataclasses
import shutil
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from geo.errors import FileRefused
from geo.files import limits

Kind = Literal[
    "shapefile", "table", "geopackage", "geojson", "flatgeobuf", "kml", "dxf", "csv", "xlsx",
    "parquet", "osm",
]  # fmt: skip
_KINDS: dict[str, Kind] = {
    ".shp": "shapefile",
    ".dbf": "table",
    ".gpkg": "geopackage",
    ".geojson": "geojson",
    ".json": "geojson",
    ".fgb": "flatgeobuf",
    ".kml": "kml",
    ".dxf": "dxf",
    ".csv": "csv",
    ".xlsx": "xlsx",
    ".parquet": "parquet",
    ".osm": "osm",
    ".pbf": "osm",
}
_BESIDE = (".dbf", ".csv")
"""What may lie beside a layer as a part of it, and is a layer only where nothing else is."""
_READABLE = (
    ".shp, .zip, .gpkg, .geojson, .fgb, .kml, .kmz, .dxf, .csv, .xlsx, .parquet, .osm.pbf, .dbf"
)
_SHAPE_MAGIC, _SHAPE_HEAD = 9994, 100
_NAMED_IN_UTF8 = 0x800


@dataclass(frozen=True, slots=True)
class Source:
    """A file ready to be read: where it is now, what people call it, what was mended.

    `name` is the file's name without its ending, `shown` the whole name.
    """

    kind: Kind
    path: Path
    name: str
    shown: str
    index_restored: bool = False

    def sidecar(self, suffix: str) -> Path | None:
        """Find the file of the same name with another ending, in any case of letters."""
        for candidate in (suffix, suffix.upper()):
            if (path := self.path.with_suffix(candidate)).is_file():
                return path
        return None


@contextmanager
def opened(path: Path) -> Iterator[Source]:
    """Open a path for reading; whatever was unpacked or mended vanishes afterwards.

    Raises
    ------
    FileRefused
        When the path is missing, empty, a folder, of an unknown kind, damaged, or holds
        several layers.
    """
    _require_file(path)
    with tempfile.TemporaryDirectory(prefix="wangge-") as folder:
        zipped = path.suffix.lower() in (".zip", ".kmz")
        inner = _unpacked(path, Path(folder) / "zip") if zipped else _only_in(path)
        path = inner if path.is_dir() else path
        kind = _kind(inner, path)
        if kind == "shapefile":
            _require_shape(inner)
        limits.require_sane(inner, kind, path.name)
        if kind == "shapefile":
            yield _shapefile(inner, path, Path(folder))
        else:
            yield Source(kind, inner, path.stem, path.name)


def is_osm(path: Path) -> bool:
    """Say whether a file is one of OpenStreetMap, by its ending."""
    name = path.name.lower()
    return name.endswith((".osm", ".pbf", ".osm.gz", ".osm.bz2"))


def _layers_in(names: Iterable[Path]) -> list[Path]:
    """Choose the files that are layers of their own."""
    known = [n for n in names if n.suffix.lower() in _KINDS and not n.name.startswith(".")]
    alone = [n for n in known if n.suffix.lower() not in _BESIDE]
    return sorted(alone or known)


def _only_in(path: Path) -> Path:
    """Give the only layer of a folder; of a file, itself."""
    return _layers_in(path.iterdir())[0] if path.is_dir() else path


def _require_file(path: Path) -> None:
    if path.is_dir() and len(_layers_in(path.iterdir())) == 1:
        return
    if path.is_dir():
        inside = sorted(p.name for p in path.iterdir() if p.suffix.lower() in (*_KINDS, ".zip"))
        listed = ", ".join(inside[:8]) or "nothing readable"
        raise FileRefused(
            f"{path} is a folder with {len(inside)} files to read",
            zh=f"{path} 是文件夹，不是文件",
            hint=f"name one file in it: {listed}",
            hint_zh=f"请指定其中一个文件：{'、'.join(inside[:8]) or '其中没有可读的图层'}",
        )
    if not path.is_file():
        raise FileRefused(
            f"there is no file {path}",
            zh=f"找不到文件 {path}",
            hint="check the path",
            hint_zh="请检查路径是否正确",
        )
    if path.stat().st_size == 0:
        raise FileRefused(
            f"{path.name} is empty (0 bytes)",
            zh=f"{path.name} 是空文件（0 字节）",
            hint="copy or export it again",
            hint_zh="请重新复制或导出",
        )


def _kind(inner: Path, path: Path) -> Kind:
    try:
        return _KINDS[inner.suffix.lower()]
    except KeyError:
        raise FileRefused(
            f"{path.name}: files of kind {inner.suffix or '(none)'} are not read",
            zh=f"{path.name}：不支持 {inner.suffix or '无扩展名'} 文件",
            hint=f"bring one of {_READABLE}",
            hint_zh=f"可读取：{_READABLE}",
        ) from None


def _shapefile(shp: Path, asked: Path, folder: Path) -> Source:
    source = Source("shapefile", shp, asked.stem, asked.name)
    if source.sidecar(".shx") is not None:
        return source
    copy = _copied(source, folder / "mended", (".dbf", ".prj", ".cpg"))
    return dataclasses.replace(source, path=copy, index_restored=True)


def without_prj(source: Source, folder: Path) -> Source:
    """Copy a shapefile without its .prj, where that is so broken that it bars the reading."""
    copy = _copied(source, folder / "bare", (".shx", ".dbf", ".cpg"))
    return dataclasses.replace(source, path=copy)


def _copied(source: Source, folder: Path, parts: tuple[str, ...]) -> Path:
    folder.mkdir()
    shutil.copyfile(source.path, folder / "layer.shp")
    for suffix in parts:
        if (part := source.sidecar(suffix)) is not None:
            shutil.copyfile(part, folder / f"layer{suffix}")
    return folder / "layer.shp"


def _require_shape(shp: Path) -> None:
    """Check the head of a .shp against its length: the format says how long it must be."""
    with shp.open("rb") as file:
        start = file.read(_SHAPE_HEAD)
    if len(start) < _SHAPE_HEAD or struct.unpack_from(">i", start)[0] != _SHAPE_MAGIC:
        raise FileRefused(
            f"{shp.name} is no shapefile: its first bytes are wrong",
            zh=f"{shp.name} 不是有效的 Shapefile：文件头不符",
            hint="the file may be something else renamed, or damaged; export it again",
            hint_zh="文件可能被改过扩展名或已损坏，请重新导出",
        )
    promised = 2 * struct.unpack_from(">i", start, 24)[0]
    if (size := shp.stat().st_size) < promised:
        raise FileRefused(
            f"{shp.name} is cut short: {size} of {promised} bytes",
            zh=f"{shp.name} 不完整：应为 {promised} 字节，只有 {size} 字节",
            hint="copy the file again from its source",
            hint_zh="请从来源处重新复制该文件",
        )


def _unpacked(path: Path, folder: Path) -> Path:
    """Unpack the one layer of a zip, its names repaired; refuse none or several."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = {_member_name(m): m for m in archive.infolist() if not m.is_dir()}
            layers = _layers_in(members)
            if len(layers) != 1:
                raise _not_one(path, layers)
            chosen = layers[0]
            parts = {
                name: member
                for name, member in members.items()
                if name.stem == chosen.stem and name.parent == chosen.parent
            }
            limits.require_honest_zip(parts.values(), len(members), path.name)
            folder.mkdir()
            for name, member in parts.items():
                if name.suffix.lower() in (*_KINDS, ".shx", ".prj", ".cpg"):
                    target = folder / f"layer{name.suffix.lower()}"
                    with archive.open(member) as packed, target.open("wb") as out:
                        shutil.copyfileobj(packed, out)
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
    return folder / f"layer{chosen.suffix.lower()}"


def _member_name(member: zipfile.ZipInfo) -> Path:
    """Give a member's true name: Windows writes GBK without saying so."""
    if member.flag_bits & _NAMED_IN_UTF8:
        return Path(member.filename)
    try:
        return Path(member.filename.encode("cp437").decode("gbk"))
    except UnicodeError:
        return Path(member.filename)


def _not_one(path: Path, layers: list[Path]) -> FileRefused:
    names = ", ".join(str(n) for n in layers[:8]) + (" …" if len(layers) > 8 else "")
    return FileRefused(
        f"{path.name} holds {len(layers)} layers: {names}"
        if layers
        else f"{path.name} holds no layer",
        zh=f"{path.name} 内有 {len(layers)} 个图层：{names}"
        if layers
        else f"{path.name} 内没有可读的图层",
        hint="unpack it and import one layer at a time" if layers else f"pack one of {_READABLE}",
        hint_zh="请解压后逐个导入" if layers else f"可读取：{_READABLE}",
    )
