"""What we write, read by others: GDAL, pandas, pyarrow; nothing of it is ever run as a formula."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from pyarrow import parquet
from pyproj import CRS

from geo import files

WORDS = ["幸福里", "镕堃䶮𠮷", "=1+1", "+86", "-负", "@sum", "\t=x", "0012", "'=y", 'a "b", c;d']
ABOUT = {"revision": "7", "effective": "2026-11-22"}


@pytest.fixture(scope="module")
def grids():
    """Areas whose corners need every digit, codes as text."""
    side = 0.0123456789012345
    shapes = [
        shapely.box(119.4 + i * side, 32.2, 119.4 + (i + 1) * side, 32.2 + side)
        for i in range(len(WORDS))
    ]
    codes = [f"321198001001{i:03d}" for i in range(1, len(WORDS) + 1)]
    columns = {
        "code": codes,
        "name": pd.Series(WORDS, dtype="str"),
        "households": range(len(WORDS)),
    }
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=4490)


def read_by_others(path):
    """Give code, name, households and shapes as another program reads them, and the system."""
    if path.suffix == ".parquet":
        frame = gpd.read_parquet(path)
    elif path.suffix in (".csv", ".xlsx"):
        if path.suffix == ".csv":
            table = pd.read_csv(path, dtype={"code": str, "name": str})
        else:
            table = pyogrio.read_dataframe(path, layer="grid", HEADERS="FORCE")
            told = pyogrio.read_dataframe(path, layer=1)
            assert "EPSG:4490" in told.to_string()
        shapes = gpd.GeoSeries(shapely.from_wkt(table["wkt"].to_numpy()), crs=4490)
        frame = gpd.GeoDataFrame(table, geometry=shapes)
        assert not frame["name"].str.match(r"[=+\-@\t]").any(), "a spreadsheet would run it"
        frame["name"] = [w[1:] if w.startswith("'") else w for w in frame["name"]]
    else:
        frame = pyogrio.read_dataframe(path)
    return frame.sort_values("code").reset_index(drop=True)


@pytest.mark.parametrize("ending", ["gpkg", "geojson", "fgb", "parquet", "shp", "csv", "xlsx"])
def test_others_read_the_same(tmp_path, grids, ending):
    path = tmp_path / f"grid.{ending}"
    files.write(grids, path, layer="grid", about=ABOUT)
    frame = read_by_others(path)
    assert frame["code"].tolist() == grids["code"].tolist()
    words = [w.strip("\t") for w in WORDS] if ending == "xlsx" else WORDS
    assert [w.strip("\t") if ending == "xlsx" else w for w in frame["name"]] == words
    assert frame["households"].astype(int).tolist() == grids["households"].tolist()
    assert frame.crs == CRS.from_epsg(4326 if ending == "geojson" else 4490)
    one, other = (
        np.sort(shapely.get_coordinates(f.geometry.array), axis=0) for f in (frame, grids)
    )
    assert np.abs(np.unique(one, axis=0) - np.unique(other, axis=0)).max() < 1e-9, (
        "a tenth of a millimetre"
    )


def test_geoparquet_is_what_its_standard_says(tmp_path, grids):
    files.write(grids, tmp_path / "grid.parquet", layer="grid", about=ABOUT)
    said = {
        k.decode(): v.decode()
        for k, v in parquet.read_schema(tmp_path / "grid.parquet").metadata.items()
    }
    assert {k: said[k] for k in ABOUT} == ABOUT
    geo = json.loads(said["geo"])
    column = geo["columns"][geo["primary_column"]]
    assert geo["version"].startswith("1.")
    assert [column["encoding"], column["geometry_types"]] == ["WKB", ["Polygon"]]
    assert column["crs"]["id"] == {"authority": "EPSG", "code": 4490}
    assert len(column["bbox"]) == 4
