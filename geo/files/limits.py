"""What a file may claim before anybody reads it: refused within seconds, not after an hour.

The limits leave room for the largest true layers of a city and keep the reading below
1 GB for formats that are read whole; a GeoPackage may be of any size.
"""

import sqlite3
import struct
from collections.abc import Iterable
from pathlib import Path
from zipfile import ZipFile, ZipInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely
from pyarrow import parquet

from geo.errors import FileRefused

Points = npt.NDArray[np.float64]
MOST_VERTICES = 1_000_000
"""Of one feature; the coastline of a province has fewer."""
MOST_TABLES = 200
MOST_CELLS = 30_000_000
"""Of a table that is read whole."""
MOST_MEMBERS = 10_000
MOST_UNPACKED = 2**30
_MOST_RATIO, _SMALL = 200, 100 * 2**20
_MB = 2**20
_MOST_BYTES = {
    "geojson": 256 * _MB, "kml": 64 * _MB, "dxf": 256 * _MB, "csv": 128 * _MB,
    "xlsx": 64 * _MB, "parquet": 1024 * _MB, "osm": 2048 * _MB,
}  # fmt: skip
_MOST_FEATURE_BYTES = 24 * _MB
"""Of one GeoJSON feature: what a million vertices take at least."""
_PART = 4 * _MB
_VIEWS = (
    "select name from sqlite_master where type = 'view' and lower(name) in "
    "(select lower(table_name) from gpkg_contents)"
)
MOST_CROSSINGS = 2_000
"""Of the border of one shape with itself; mending takes time and memory in their number."""
_FEW, _LOOKED_AT, _MOST_PAIRS = 64, 256, 2_000_000


def require_sane(path: Path, kind: str, shown: str) -> None:
    """Refuse a file that claims more than any true layer holds.

    Raises
    ------
    FileRefused
        With the claim and the limit.
    """
    most = _MOST_BYTES.get(kind)
    if most and (size := path.stat().st_size) > most:
        raise _too_much(
            shown, f"{size // _MB} MB; files of this kind are read up to {most // _MB} MB",
            f"有 {size // _MB} MB，此类文件最多读取 {most // _MB} MB",
        )  # fmt: skip
    if kind == "shapefile":
        _require_records(path, shown)
    if kind == "geopackage":
        _require_package(path, shown)
    if kind == "geojson":
        _require_features(path, shown)
    if kind == "csv":
        _require_lines(path, shown)
    if kind == "parquet":
        _require_rows(path, shown)
    if kind in ("kml", "osm"):
        _require_plain_words(path, shown)
    if kind == "xlsx":
        with _book(path, shown) as book:
            require_honest_zip(book.infolist(), len(book.infolist()), shown)


def require_vertices(wkb: Iterable[bytes | None] | None, shown: str) -> None:
    """Refuse shapes of more vertices than any true one has."""
    longest = max(map(len, filter(None, () if wkb is None else wkb)), default=0)
    if longest > 16 * MOST_VERTICES:
        raise _vertices(shown, longest // 16)


def require_untangled(shape: shapely.Geometry, name: str) -> None:
    """Refuse a shape that crosses itself so often that mending it would never end.

    The number of crossings is estimated from some of its edges.
    """
    xy = shapely.get_coordinates(shape)
    if len(xy) < _FEW:
        return
    looked_at = min(_LOOKED_AT, max(16, _MOST_PAIRS // len(xy)))
    some = np.linspace(0, len(xy) - 2, looked_at).astype(np.int64)
    about = _crossings(xy, some) * (len(xy) - 1) / looked_at / 2
    if about > MOST_CROSSINGS:
        raise _too_much(
            name, f"a border that crosses itself some {about:,.0f} times",
            f"边界自相交约 {about:,.0f} 次",
        )  # fmt: skip


def _crossings(xy: Points, some: npt.NDArray[np.int64]) -> int:
    """Count how often some edges of a line cross its others."""
    a, b = xy[some, None], xy[some + 1, None]
    c, d = xy[None, :-1], xy[None, 1:]
    apart = _side(a, b, c) * _side(a, b, d) < 0
    return int(np.sum(apart & (_side(c, d, a) * _side(c, d, b) < 0)))


def _side(start: Points, end: Points, at: Points) -> Points:
    """Say on which side of an edge points lie, by the sign."""
    along, to = end - start, at - start
    side: Points = along[..., 0] * to[..., 1] - along[..., 1] * to[..., 0]
    return side


def require_honest_zip(members: Iterable[ZipInfo], count: int, shown: str) -> None:
    """Refuse a zip that would unpack to far more than it is, before anything is unpacked."""
    members = list(members)
    size, packed = sum(m.file_size for m in members), sum(m.compress_size for m in members)
    bomb = size > _SMALL and size > _MOST_RATIO * max(packed, 1)
    if bomb or size > MOST_UNPACKED:
        raise _too_much(
            shown, f"{packed:,} bytes that unpack to {size // _MB:,} MB, as a zip bomb does",
            f"压缩后 {packed:,} 字节，解压后竟有 {size // _MB:,} MB，疑为压缩炸弹",
        )  # fmt: skip
    if count > MOST_MEMBERS:
        raise _too_much(shown, f"{count:,} members", f"内有 {count:,} 个文件")


def _require_plain_words(path: Path, shown: str) -> None:
    """Refuse XML that defines words of its own: they can grow a billionfold while it is read."""
    with path.open("rb") as file:
        head = file.read(_PART)
    if b"<!ENTITY" in head:
        raise _too_much(shown, "entities, as hostile XML does", "含有实体定义，疑为恶意 XML")


def _book(path: Path, shown: str) -> ZipFile:
    try:
        return ZipFile(path)
    except (OSError, ValueError, RuntimeError, NotImplementedError) as fault:
        raise _damaged(shown, str(fault)) from None
    except Exception as fault:  # zipfile raises its own kinds, and struct's, on damage
        raise _damaged(shown, str(fault)) from None


def _damaged(shown: str, why: str) -> FileRefused:
    return FileRefused(
        f"{shown} cannot be read: {why}",
        zh=f"{shown} 无法读取，文件可能已损坏，或内容与扩展名不符",
        hint="open it in the program it came from and export it again",
        hint_zh="请用原软件打开检查后重新导出",
    )


def _require_records(shp: Path, shown: str) -> None:
    """Look at the length that each record of a .shp claims, by its index where there is one."""
    lengths = _claims(shp)
    if len(lengths) and int(lengths.max()) * 2 > 16 * MOST_VERTICES:
        raise _vertices(shown, int(lengths.max()) * 2 // 16)


def _claims(shp: Path) -> np.ndarray:
    for suffix in (".shx", ".SHX"):
        if (index := shp.with_suffix(suffix)).is_file():
            body = index.read_bytes()[100:]
            return np.frombuffer(body[: len(body) // 8 * 8], dtype=">u4")[1::2]
    claims, at, size = [], 100, shp.stat().st_size
    with shp.open("rb") as file:
        while at + 8 <= size:
            file.seek(at)
            _, words = struct.unpack(">II", file.read(8))
            claims.append(words)
            at += 8 + 2 * words
    return np.array(claims, dtype=np.int64)


def _require_package(path: Path, shown: str) -> None:
    """Count the tables of a GeoPackage and the bytes of its largest shape, read-only."""
    try:
        base = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
        try:
            tables = base.execute("select count(*) from gpkg_contents").fetchone()[0]
            if tables > MOST_TABLES:
                raise _too_much(shown, f"{tables:,} tables", f"内有 {tables:,} 个图层")
            views = base.execute(_VIEWS).fetchall()
            if views:
                raise _too_much(
                    shown, f"a view ({views[0][0]}), which may be a question without end",
                    f"含有视图（{views[0][0]}），可能是永不结束的查询",
                )  # fmt: skip
            pairs = base.execute("select table_name, column_name from gpkg_geometry_columns")
            for table, column in pairs.fetchall():
                quoted = [str(n).replace('"', '""') for n in (column, table)]
                largest = base.execute(
                    'select max(length("{}")) from "{}"'.format(*quoted)  # noqa: S608
                ).fetchone()[0]
                if largest and int(largest) > 16 * MOST_VERTICES:
                    raise _vertices(shown, int(largest) // 16)
        finally:
            base.close()
    except (sqlite3.Error, TypeError, ValueError, OverflowError):
        return  # no database, or a broken one: the reading says so in its own words


def _require_features(path: Path, shown: str) -> None:
    """Look for a stretch of a GeoJSON without the beginning of another feature."""
    if (longest := _longest_without(path, b'"Feature"')) > _MOST_FEATURE_BYTES:
        raise _vertices(shown, longest // 24)


def _require_lines(path: Path, shown: str) -> None:
    """Look for a stretch of a table without the end of a line."""
    if (longest := _longest_without(path, b"\n")) > _MOST_FEATURE_BYTES:
        raise _too_much(
            shown, f"a line of more than {longest // _MB:,} MB", f"有一行超过 {longest // _MB:,} MB"
        )


def _longest_without(path: Path, mark: bytes) -> int:
    """Give the longest stretch of a file without a mark; what is too long is not measured to its end."""
    longest, last, at, tail = 0, 0, 0, b""
    if path.stat().st_size <= _MOST_FEATURE_BYTES:
        return 0
    with path.open("rb") as file:
        while (part := file.read(_PART)) and longest <= _MOST_FEATURE_BYTES:
            block, start = tail + part, at - len(tail)
            if (first := block.find(mark)) >= 0:
                longest = max(longest, start + first - last)
                last = start + block.rfind(mark)
            at += len(part)
            longest = max(longest, at - last)
            tail = block[-len(mark) :]
    return longest


def _require_rows(path: Path, shown: str) -> None:
    """Ask a Parquet file for its cells: equal ones take no room in it, and much in memory."""
    try:
        said = parquet.read_metadata(path)
    except (OSError, ValueError, pa.ArrowException):
        return  # the reading says so in its own words
    if (cells := said.num_rows * max(said.num_columns, 1)) > MOST_CELLS:
        raise _too_much(shown, f"{cells:,} cells", f"共有 {cells:,} 个单元格")


def _vertices(shown: str, about: int) -> FileRefused:
    return _too_much(
        shown, f"a shape of some {about:,} vertices; up to {MOST_VERTICES:,} are read",
        f"其中一个图形约有 {about:,} 个顶点，最多读取 {MOST_VERTICES:,} 个",
    )  # fmt: skip


def _too_much(shown: str, en: str, zh: str) -> FileRefused:
    return FileRefused(
        f"{shown} holds {en}",
        zh=f"{shown} {zh}，已拒绝读取",
        hint="export only the layer that is wanted, simplified, as GeoPackage",
        hint_zh="请只导出所需图层，适当抽稀，另存为 GeoPackage",
    )
