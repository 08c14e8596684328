"""A written file reads back the same, appears whole or not at all, and says its short names."""

import geopandas as gpd
import pandas as pd
import pytest
import sent
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import coords, files
from geo.errors import BadInput, CrsError

WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), max_size=20
)
NUMBERS = st.integers(0, 10**6)
ROWS = st.lists(st.tuples(WORDS, NUMBERS, NUMBERS), min_size=1, max_size=8)


def grids(rows) -> gpd.GeoDataFrame:
    """Give a grid layer with a column of its own."""
    shapes = [shapely.MultiPolygon([s]) for s in sent.squares(len(rows), side=0.0123456789)]
    return gpd.GeoDataFrame(
        {
            "code": [f"321198001001{i:03d}" for i in range(1, len(rows) + 1)],
            "name": pd.Series([r[0] for r in rows], dtype="str"),
            "kind": "comprehensive",
            "parent": "321198001001",
            "households": [r[1] for r in rows],
            "residents": [r[2] for r in rows],
            "note_of_the_office": pd.Series([f"备注{r[1]}" for r in rows], dtype="str"),
        },
        geometry=shapes,
        crs=4490,
    )


@pytest.mark.parametrize("ending", ["gpkg", "geojson", "shp"])
@settings(max_examples=15)
@given(ROWS)
def test_a_written_file_reads_back(tmp_path_factory, ending, rows):
    frame = grids(rows)
    path = tmp_path_factory.mktemp("w") / f"grid.{ending}"
    short = files.write(frame, path, layer="grid").renamed
    back, report = files.read(path, layer="grid", columns={v: k for k, v in short.items()})
    assert not report.blocking()
    assert shapely.equals(back.geometry.to_numpy(), frame.geometry.to_numpy()).all()
    plain = pd.DataFrame(frame.drop(columns="geometry"))
    pd.testing.assert_frame_equal(
        pd.DataFrame(back.drop(columns="geometry"))[list(plain)], plain, check_dtype=False
    )


def test_metres_are_written_as_degrees(tmp_path):
    metres = coords.to_metres(grids([("a", 1, 1)]))
    files.write(metres, tmp_path / "grid.gpkg", layer="grid")
    back, _ = files.read(tmp_path / "grid.gpkg")
    assert back.crs == coords.STORED
    assert shapely.equals_exact(
        back.geometry.to_numpy(), grids([("a", 1, 1)]).geometry.to_numpy(), 1e-9
    ).all()


def test_a_table_without_shapes(tmp_path):
    staff = gpd.GeoDataFrame(
        {"id": ["1", "2"], "name": ["张三", "李四"], "role": "网格长", "area": "321198001001001", "phone": ""},
        geometry=[None, None],
        crs=4490,
    )  # fmt: skip
    for name in ("staff.dbf", "staff.gpkg"):
        files.write(staff, tmp_path / name, layer="staff")
        back, report = files.read(tmp_path / name)
        assert list(back["name"]) == ["张三", "李四"]
        assert not report.blocking()
    assert not (tmp_path / "staff.shp").exists()


def test_short_names_are_told(tmp_path):
    short = files.write(grids([("a", 1, 2)]), tmp_path / "grid.shp", layer="grid").renamed
    assert short == {"note_of_the_office": "note_of_th"}
    table = (tmp_path / "grid.fields.csv").read_text("utf-8-sig")
    assert "households,households,户数" in table
    assert "note_of_th,note_of_the_office," in table


def test_a_file_is_replaced_whole_or_left_alone(tmp_path):
    path = tmp_path / "grid.shp"
    files.write(grids([("a", 1, 1)] * 3), path, layer="grid")
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    long = grids([("字" * 100, 1, 1)])
    with pytest.raises(BadInput, match="longer than") as fault:
        files.write(long, path, layer="grid")
    assert "gpkg" in fault.value.hint
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before
    files.write(grids([("b", 2, 2)]), path, layer="grid")
    assert list(files.read(path)[0]["name"]) == ["b"]
    assert {p.suffix for p in tmp_path.iterdir()} == {
        ".shp",
        ".shx",
        ".dbf",
        ".prj",
        ".cpg",
        ".csv",
    }


def test_wrong_wishes(tmp_path):
    frame = grids([("a", 1, 1)])
    with pytest.raises(BadInput, match="not written"):
        files.write(frame, tmp_path / "grid.docx")
    with pytest.raises(BadInput, match="no folder"):
        files.write(frame, tmp_path / "nowhere" / "grid.gpkg")
    with pytest.raises(CrsError):
        files.write(frame.set_crs(None, allow_override=True), tmp_path / "grid.gpkg")
    assert not list(tmp_path.iterdir())
