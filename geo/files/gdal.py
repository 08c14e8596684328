"""The one door to GDAL: read a file raw, and turn what it says and raises into our own words."""

import re
import tempfile
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyogrio
from pyogrio.errors import CRSError as BrokenCrs
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError
from pyogrio.raw import read as read_raw
from pyproj import CRS
from pyproj.exceptions import CRSError as UnknownCrs

from geo.errors import FileRefused
from geo.files.faults import finding
from geo.files.opening import Source, without_prj
from geo.layers import Finding

_FAULTS = (
    DataSourceError, DataLayerError, FeatureError, FieldError, GeometryError, ValueError,
    RuntimeError, OverflowError, MemoryError,
)  # fmt: skip
_CURVED = re.compile("Curve|Circular|Surface")
pyogrio.set_gdal_config_options(
    {
        "DXF_ENCODING": "ISO-8859-1", "OGR_XLSX_HEADERS": "DISABLE", "OGR_XLSX_FIELD_TYPES": "STRING",
    }
)  # fmt: skip
"""As with a DBF: words of a DXF come as bytes, and are decoded here; a sheet comes as words.

As options of opening, the last two hold for the first sheet of a workbook only (GDAL 3.12).
"""


def read(
    source: Source, *, content: bytes | None = None, **options: Any
) -> tuple[dict[str, Any], Any, list[Any], list[str]]:
    """Read a table with GDAL: what it says of itself, WKB, columns, warnings.

    Raises
    ------
    FileRefused
        When GDAL cannot read it.
    """
    if source.index_restored:
        pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": True})
    try:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            meta, _, shapes, values = read_raw(content or source.path, **options)
    except (BrokenCrs, UnboundLocalError) as fault:
        # what pyogrio raises for a .prj that GDAL cannot parse: read on without it
        if source.kind != "shapefile":
            raise unreadable(fault, source) from None
        with tempfile.TemporaryDirectory(prefix="wangge-") as folder:
            return read(without_prj(source, Path(folder)), content=content, **options)
    except _FAULTS as fault:
        raise unreadable(fault, source) from None
    finally:
        if source.index_restored:
            pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": None})
    return meta, shapes, values, [str(w.message) for w in said]


def layers_of(source: Source, *, spatial: bool = False) -> list[str]:
    """Name the tables of a file, all or only those with shapes.

    Raises
    ------
    FileRefused
        When it is not what its ending says.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tables = pyogrio.list_layers(source.path)
            return [str(name) for name, kind in tables if kind is not None or not spatial]
    except _FAULTS as fault:
        raise unreadable(fault, source) from None


@dataclass(frozen=True, slots=True)
class Told:
    """What a table says of itself: extent as it stands in the file, rows, whether of curves."""

    bounds: tuple[float, float, float, float] | None
    rows: int
    curved: bool


def told(source: Source, layer: str) -> Told:
    """Ask a table for its extent, its number of rows and the kind of its shapes."""
    try:
        said = pyogrio.read_info(
            source.path, layer=layer, force_feature_count=True, force_total_bounds=True
        )
    except _FAULTS as fault:
        raise unreadable(fault, source) from None
    edges = said["total_bounds"]
    bounds = None if edges is None else tuple(float(v) for v in edges)
    kind = str(said["geometry_type"] or "")
    return Told(bounds, int(said["features"]), _CURVED.search(kind) is not None)  # type: ignore[arg-type]


def parts(
    source: Source, *, layer: str, rows: int
) -> Iterator[tuple[dict[str, Any], npt.NDArray[np.object_] | None, list[npt.NDArray[Any]]]]:
    """Read a table in parts of so many rows, in one pass: what it says of itself, WKB, columns.

    As `read` gives them; an empty table has one empty part.

    Raises
    ------
    FileRefused
        When GDAL cannot read on.
    """
    try:
        with pyogrio.open_arrow(source.path, layer=layer, batch_size=rows, use_pyarrow=True) as (
            meta,
            reader,
        ):
            shape = meta["geometry_name"] or "wkb_geometry"
            spatial = meta["geometry_type"] is not None
            for batch in reader:
                shapes = _column(batch.column(shape)) if spatial else None
                names = [n for n in batch.schema.names if not (spatial and n == shape)]
                yield {**meta, "fields": names}, shapes, [_column(batch.column(n)) for n in names]
    except (*_FAULTS, OSError) as fault:
        raise unreadable(fault, source) from None


def _column(cells: pa.Array) -> npt.NDArray[Any]:
    """Give a column of Arrow as the plain reading gives it: codes for their words, None for null."""
    if pa.types.is_dictionary(cells.type):
        cells = cells.indices
    found: npt.NDArray[Any] = cells.to_numpy(zero_copy_only=False)
    return found


def unreadable(fault: Exception, source: Source) -> FileRefused:
    """Make the refusal of a file that GDAL cannot read."""
    return FileRefused(
        f"{source.shown} cannot be read: {clean(fault, source)}",
        zh=f"{source.shown} 无法读取，文件可能已损坏，或内容与扩展名不符",
        hint="open it in the program it came from and export it again",
        hint_zh="请用原软件打开检查后重新导出",
    )


def clean(fault: Exception, source: Source) -> str:
    """Say what GDAL said, without the paths of this machine."""
    if "not recognized" in str(fault):
        return "its content is not what its ending says"
    words = re.split(r"[;\n]", str(fault), maxsplit=1)[0]
    return words.replace(str(source.path), source.shown).rstrip(". ")


def warned(said: Iterable[str], layer: str) -> tuple[Finding, ...]:
    """Turn warnings into findings."""
    return tuple(
        finding(
            "READ_WARNING",
            layer,
            f"读取时提示：{words}",
            f"while reading: {words}",
            hint_zh="请核对要素数和文字是否完整",
            hint_en="see that no feature and no word is missing",
        )
        for words in dict.fromkeys(said)
    )


def system(words: str | None) -> CRS | None:
    """Understand the words of a system; None when they name none."""
    if not words:
        return None
    try:
        return CRS.from_user_input(words)
    except UnknownCrs:
        return None
