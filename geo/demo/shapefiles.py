"""Write a town as shapefiles, as districts really send them.

Most files are plain: UTF-8 with .cpg, .prj, canonical field names. Four are not: the grids
come in GBK without .cpg under Chinese names, the safety net under names cut at 10 bytes
inside a character, the city managers' net with zone-prefixed eastings, the party's net
without .prj. ``manifest.json`` says of every file what an operator has to confirm.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyproj import CRS

from geo.demo.district import District
from geo.errors import BadInput

DATE = "2024-01-01"
"""Date of last change in every DBF header: the same town is the same bytes on any day."""
NAME_BYTES, FIELD_BYTES = 10, 32


@dataclass(frozen=True, slots=True)
class Custom:
    """How one file departs from the plain form.

    `fields` are the field names in the file, in the order of the layer's columns.
    """

    encoding: str = "UTF-8"
    cpg: bool = True
    prj: bool = True
    zone: int = 0
    fields: tuple[str, ...] = field(default=())


CUSTOMS = {
    "grid": Custom(
        "GBK", cpg=False, fields=("网格编码", "网格名称", "网格类型", "所属社区", "户数", "人口")
    ),
    "net_safety": Custom(fields=("所属综治网格编码", "综治网格名称", "条线类别", "常住户数")),
    "net_city": Custom(zone=40),
    "net_party": Custom(prj=False),
}
ZONE_EPSG = 4488
"""EPSG code of a CGCS2000 3° zone with prefixed eastings, less the number of the zone."""


def write(district: District, folder: str | Path) -> list[Path]:
    """Write every layer, the truth about the flaws and a manifest.

    Parameters
    ----------
    district : District
        What `build` gave.
    folder : path
        Made when it is not there; files of the same names are replaced.

    Returns
    -------
    list of Path
        All files written, sorted by name.

    Raises
    ------
    BadInput
        When the folder cannot be made or written to.
    """
    home = Path(folder)
    try:
        home.mkdir(parents=True, exist_ok=True)
        manifest = [_layer(home, name, frame) for name, frame in district.layers.items()]
        _json(home / "manifest.json", _manifest(district, manifest))
        _json(
            home / "flaws.json",
            {"seed": district.seed, "size": district.size, "flaws": district.truth},
        )
    except OSError as fault:
        raise BadInput(
            f"cannot write to {home}: {fault}",
            zh=f"无法写入目录 {home}：{fault}",
            where=[str(home)],
        ) from fault
    stems = {*district.layers, "manifest", "flaws"}
    return sorted(p for p in home.iterdir() if p.stem in stems)


def _manifest(district: District, files: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "origin": "synthetic",
        "seed": district.seed,
        "size": district.size,
        "crs": f"EPSG:{district.crs.to_epsg()}",
        "files": files,
    }


def _json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _layer(home: Path, name: str, frame: gpd.GeoDataFrame) -> dict[str, Any]:
    """Write one layer and give its line in the manifest."""
    custom = CUSTOMS.get(name, Custom())
    flat = frame.geometry.isna().all()
    path = home / f"{name}{'.dbf' if flat else '.shp'}"
    crs = CRS.from_epsg(ZONE_EPSG + custom.zone) if custom.zone else frame.crs
    if custom.zone:
        aside = np.array([custom.zone * 1e6, 0.0])
        moved = shapely.transform(np.asarray(frame.geometry.values), lambda xy: np.add(xy, aside))
        frame = frame.set_geometry(gpd.GeoSeries(moved, crs=crs))
    pyogrio.write_dataframe(
        pd.DataFrame(frame.drop(columns="geometry")) if flat else frame,
        path,
        driver="ESRI Shapefile",
        encoding=custom.encoding,
        layer_options={"RESIZE": "YES", "DBF_DATE_LAST_UPDATE": DATE},
    )
    columns = [c for c in frame.columns if c != "geometry"]
    if custom.fields:
        _rename(path.with_suffix(".dbf"), custom)
    if not custom.cpg:
        path.with_suffix(".cpg").unlink()
    if not custom.prj:
        path.with_suffix(".prj").unlink()
    return {
        "file": path.name,
        "layer": "net" if name.startswith("net_") else name,
        "features": len(frame),
        "crs": f"EPSG:{crs.to_epsg()}" if crs else "",
        "crs_in_file": custom.prj and not flat,
        "encoding": custom.encoding,
        "encoding_in_file": custom.cpg,
        "mapping": {c: _cut(f, custom.encoding).decode(custom.encoding, "ignore")
                    for c, f in zip(columns, custom.fields, strict=False)},
    }  # fmt: skip


def _cut(name: str, encoding: str) -> bytes:
    return name.encode(encoding)[:NAME_BYTES]


def _rename(path: Path, custom: Custom) -> None:
    """Put field names into a DBF header byte by byte, cut as old programs cut them.

    Without .cpg the language byte is cleared as well, so that nothing tells the encoding.
    """
    data = bytearray(path.read_bytes())
    for i, name in enumerate(custom.fields):
        start = FIELD_BYTES * (i + 1)
        data[start : start + NAME_BYTES + 1] = _cut(name, custom.encoding).ljust(
            NAME_BYTES + 1, b"\0"
        )
    if not custom.cpg:
        data[29] = 0
    path.write_bytes(data)
