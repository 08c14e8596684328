"""Open a path: find what it is, unpack it, mend a lost index, or refuse it in plain words."""

import dataclasses
import shutil
import struct
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from geo.errors import FileRefused
from geo.files import limits, strangers
from geo.files.packed import KINDS, OF_SHAPES, Kind, layers_in, unpacked

_SHAPE_MAGIC, _SHAPE_HEAD = 9994, 100


@dataclass(frozen=True, slots=True)
class Source:
    """A file ready to be read: where it is now, what people call it, what was mended.

    `name` is the file's name without its ending, `shown` the whole name, `beside` names
    other files of its kind that came with it and are not read.
    """

    kind: Kind
    path: Path
    name: str
    shown: str
    index_restored: bool = False
    beside: tuple[str, ...] = ()

    def sidecar(self, suffix: str) -> Path | None:
        """Find the file of the same name with another ending, in any case of letters."""
        if (path := self.path.with_suffix(suffix)).is_file():
            return path
        wanted = path.name.lower()
        return next((p for p in sorted(path.parent.iterdir()) if p.name.lower() == wanted), None)


@contextmanager
def opened(path: Path, wanted: str | None = None) -> Iterator[Source]:
    """Open a path for reading; whatever was unpacked or mended vanishes afterwards.

    Parameters
    ----------
    wanted : str, optional
        Name of a layer: where there are several, the file that is named for it is taken.

    Raises
    ------
    FileRefused
        When the path is missing, empty, a folder, of an unknown kind, damaged, or holds
        several layers.
    """
    _require_file(path, wanted)
    with tempfile.TemporaryDirectory(prefix="wangge-") as folder:
        beside: tuple[str, ...] = ()
        if path.is_dir():
            path = inner = layers_in(path.iterdir(), wanted)[0]
        elif path.suffix.lower() in (".zip", ".kmz"):
            inner, beside = unpacked(path, Path(folder) / "zip", wanted)
        else:
            inner = path
        kind = _kind(inner, path)
        strangers.require_own_bytes(inner, inner.suffix, path.name)
        if kind == "shapefile":
            _require_shape(inner)
        limits.require_sane(inner, kind, path.name)
        source = Source(kind, inner, path.stem, path.name, beside=beside)
        yield _shapefile(source, Path(folder)) if kind == "shapefile" else source


def is_osm(path: Path) -> bool:
    """Say whether a file is one of OpenStreetMap, by its ending."""
    name = path.name.lower()
    return name.endswith((".osm", ".pbf", ".osm.gz", ".osm.bz2"))


def _require_file(path: Path, wanted: str | None) -> None:
    if path.is_dir() and strangers.is_stranger(path.suffix):
        raise strangers.unread(path.suffix, path.name)
    if path.is_dir() and len(layers_in(path.iterdir(), wanted)) == 1:
        return
    if path.is_dir():
        inside = sorted(p.name for p in path.iterdir() if p.suffix.lower() in (*KINDS, ".zip"))
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
        return KINDS[inner.suffix.lower()]
    except KeyError:
        raise strangers.unread(inner.suffix, path.name) from None


def _shapefile(source: Source, folder: Path) -> Source:
    """Copy a shapefile whose index is lost, or whose parts are written in other cases than it is."""
    parts = {suffix: source.sidecar(suffix) for suffix in OF_SHAPES[1:]}
    lost = parts[".shx"] is None
    names = {source.path.stem + end for suffix in parts for end in (suffix, suffix.upper())}
    odd = any(p is not None and p.name not in names for p in parts.values())
    if not lost and not odd:
        return source
    copy = _copied(source, folder / "mended", OF_SHAPES[1:])
    return dataclasses.replace(source, path=copy, index_restored=lost)


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
