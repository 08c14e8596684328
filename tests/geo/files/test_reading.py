"""Fields become columns, values become types, shapes become clean; each change is said."""

import json
import zipfile

import geopandas as gpd
import pytest
import sent
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from sent import Field

from geo import coords, files
from geo.errors import BadInput
from geo.layers import LAYERS, Severity, faults

CODES = [f"32119800100100{i}" for i in range(1, 6)]
BOW = shapely.Polygon([(119.45, 32.2), (119.46, 32.21), (119.46, 32.2), (119.45, 32.21)])


def geojson(path, shapes, **columns):
    """Write GeoJSON as any program would."""
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    features = [
        {"type": "Feature", "properties": p, "geometry": shapely.geometry.mapping(s) if s else None}
        for p, s in zip(rows, shapes, strict=True)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def read_grid(folder, shapes=None, **columns):
    columns = {"code": CODES[: len(next(iter(columns.values()), CODES[:1]))]} | columns
    shapes = sent.squares(len(columns["code"])) if shapes is None else shapes
    return files.read(geojson(folder / "grid.geojson", shapes, **columns), layer="grid")


def found(report, code):
    return [f for f in report.findings if f.code == code]


def test_a_plain_file_is_the_layer(tmp_path):
    frame, report = read_grid(tmp_path, name=["甲", "乙"], households=[300, 400])
    assert not report.findings
    names = [c.name for c in LAYERS["grid"].columns]
    assert list(frame.columns) == [*names, "geometry"]
    assert faults(coords.to_metres(frame), LAYERS["grid"]) == []
    assert report.facts["filled"] == ["kind", "parent", "residents"]
    assert set(frame.geom_type) == {"MultiPolygon"}
    assert report.facts["bounds"] == [119.45, 32.2, 119.47, 32.21]


def test_unknown_columns_are_kept(tmp_path):
    frame, report = read_grid(tmp_path, 备注=["甲", None], leader=["张", "李"])
    assert report.facts["kept"] == ["备注", "leader"]
    assert list(frame["leader"]) == ["张", "李"]


@pytest.mark.parametrize("wish", [{"代号": "code"}, {"code": "代号"}, {"1": "code"}])
def test_the_operator_maps_fields(tmp_path, wish):
    path = geojson(tmp_path / "a.geojson", sent.squares(1), 代号=CODES[:1], x=["1"])
    _, report = files.read(path, layer="grid")
    missing = found(report, "FIELD_MISSING")[0]
    assert missing.severity is Severity.ERROR
    assert "代号" in missing.zh
    assert "--map" in missing.hint_zh
    frame, report = files.read(path, layer="grid", columns=wish)
    assert frame["code"][0] == CODES[0]
    assert report.facts["renamed"] == {"代号": "code"}
    assert not report.blocking()


def test_row_numbers_can_be_a_key(tmp_path):
    path = geojson(tmp_path / "a.geojson", sent.squares(2), x=["p", "q"])
    frame, report = files.read(path, layer="net", columns={"@row": "code", "x": "name"})
    assert list(frame["code"]) == ["1", "2"]
    assert list(frame["name"]) == ["p", "q"]
    assert not report.blocking()


def test_wishes_that_make_no_sense(tmp_path):
    path = geojson(tmp_path / "a.geojson", sent.squares(1), a=["1"], b=["2"])
    with pytest.raises(BadInput, match="no field 'c'"):
        files.read(path, layer="grid", columns={"c": "code"})
    with pytest.raises(BadInput, match="both mapped"):
        files.read(path, layer="grid", columns={"a": "code", "b": "code"})
    with pytest.raises(BadInput, match="no layer"):
        files.read(path, layer="grids")


@settings(max_examples=25)
@given(count=st.integers(0, 10**6), style=st.sampled_from(["{}", " {} ", "{:,}", "{}.0", "full"]))
def test_numbers_written_as_text_come_back(tmp_path_factory, count, style):
    full = str(count).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    text = full if style == "full" else style.format(count)
    folder = tmp_path_factory.mktemp("n")
    frame, report = read_grid(folder, households=[text])
    assert list(frame["households"]) == [count]
    assert found(report, "NUMBER_AS_TEXT")[0].severity is Severity.INFO
    assert not report.blocking()


def test_values_that_do_not_turn(tmp_path):
    frame, report = read_grid(
        tmp_path, households=["约三百户", "320", "12.5"], kind=["综合网格", "x", ""]
    )
    assert list(frame["households"]) == [0, 320, 0]
    by_field = {f.field: f for f in found(report, "VALUE_INVALID")}
    assert by_field["households"].features == (CODES[0], CODES[2])
    assert by_field["kind"].features == (CODES[1],)
    assert frame["kind"][0] == "comprehensive"
    assert frame["kind"][2] == "comprehensive"


def test_codes(tmp_path):
    shapes = sent.squares(5)
    bad = [CODES[0], CODES[0], "3211980010010", "", "321198001001003.0"]
    frame, report = read_grid(tmp_path, shapes, code=bad)
    duplicate = found(report, "CODE_DUPLICATE")
    assert [f.features for f in duplicate] == [(CODES[0],)]
    assert "1、2" in duplicate[0].zh
    assert found(report, "CODE_AS_NUMBER")[0].features == ("321198001001003.0",)
    assert found(report, "CODE_INVALID")[0].features == ("3211980010010", "#4")
    assert frame["code"][4] == "321198001001003"
    assert len(report.blocking(["CODE_DUPLICATE"])) == 2


def test_codes_that_lost_their_digits(tmp_path):
    for value in (3.21102001e11, 321198001001001):
        _, report = read_grid(tmp_path, code=[value])
        assert found(report, "CODE_AS_NUMBER"), value
    _, report = read_grid(tmp_path, code=["3.21102001e+11"])
    assert found(report, "CODE_AS_NUMBER")


def test_full_width_codes_are_made_plain(tmp_path):
    frame, report = read_grid(tmp_path, code=["３２１１９８００１００１００１"])
    assert frame["code"][0] == CODES[0]
    assert not report.blocking()


def test_ids_of_places_may_be_numbers(tmp_path):
    path = geojson(
        tmp_path / "station.geojson", shapely.points([(119.4, 32.2)]), id=[7], name=["a"]
    )
    frame, report = files.read(path)
    assert frame["id"][0] == "7"
    assert set(report.counts()) == {"LAYER_GUESSED"}


def test_invalid_shapes_are_repaired_and_said(tmp_path):
    frame, report = read_grid(tmp_path, [BOW, *sent.squares(1)], name=["结", "方"])
    fault = found(report, "GEOM_INVALID")[0]
    assert fault.features == (CODES[0],)
    assert fault.severity is Severity.WARN
    assert "m²" in fault.en
    assert fault.place is not None
    assert frame.geometry.is_valid.all()
    half = coords.to_metres(frame).area
    assert half[0] == pytest.approx(half[1] / 2, rel=1e-3)
    assert fault.area_m2 == pytest.approx(half[0], rel=1e-3)


def test_no_shape_and_wrong_shape_are_left_out(tmp_path):
    shapes = [*sent.squares(1), None, shapely.Point(119.4, 32.2)]
    frame, report = read_grid(tmp_path, shapes, name=["a", "b", "c"])
    assert list(frame["name"]) == ["a"]
    assert found(report, "GEOM_EMPTY")[0].features == (CODES[1],)
    assert found(report, "GEOM_TYPE")[0].features == (CODES[2],)
    assert (report.facts["features"], report.facts["rows"]) == (3, 1)


def test_heights_and_mixtures(tmp_path):
    a, b, c = sent.squares(3)
    shapes = [shapely.force_3d(a, 5), shapely.MultiPolygon([b, sent.squares(1, lat=32.3)[0]]), c]
    frame, report = read_grid(tmp_path, shapes, name=["a", "b", "c"])
    assert set(report.counts()) == {"GEOM_Z", "GEOM_MIXED"}
    assert not shapely.has_z(frame.geometry.to_numpy()).any()


def test_open_rings_are_closed_and_said(tmp_path):
    path = tmp_path / "grid.geojson"
    ring = [[119.45, 32.2], [119.46, 32.2], [119.46, 32.21], [119.45, 32.21]]
    feature = {
        "type": "Feature",
        "properties": {"code": CODES[0]},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    frame, report = files.read(path)
    assert found(report, "GEOM_INVALID")[0].features == (CODES[0],)
    assert coords.to_metres(frame).area[0] > 1e6


def test_the_layer_is_told_by_name_then_by_fields(tmp_path):
    for name, layer in (
        ("grid", "grid"), ("net_party", "net"), ("某区微网格2024", "microgrid"), ("网格", "grid"),
    ):  # fmt: skip
        path = geojson(tmp_path / f"{name}.geojson", sent.squares(1), code=["1"])
        _, report = files.read(path)
        assert report.facts["layer"] == layer
        assert found(report, "LAYER_GUESSED")
    path = geojson(tmp_path / "a.geojson", sent.squares(1), 楼栋编号=["1"], 层数=[6])
    assert files.read(path)[1].facts["layer"] == "building"
    path = geojson(tmp_path / "b.geojson", sent.squares(1), foo=["1"])
    with pytest.raises(BadInput, match="which layer") as fault:
        files.read(path)
    assert "microgrid" in fault.value.hint


def test_a_bare_table(tmp_path):
    fields = [Field("编号"), Field("姓名"), Field("岗位"), Field("所属区域编码")]
    rows = [("1", "张三", "网格长", CODES[0]), ("2", "李四", "网格员", CODES[1])]
    path = sent.table(tmp_path / "staff.dbf", fields, rows, encoding=sent.GBK)
    frame, report = files.read(path)
    assert list(frame["name"]) == ["张三", "李四"]
    assert list(frame["area"]) == CODES[:2]
    assert not report.blocking()


def test_zip_made_on_windows(tmp_path):
    inner = sent.shapefile(
        tmp_path / "x.shp", sent.squares(1), [Field("编码")], [(CODES[0],)], cpg="UTF-8"
    )
    path = tmp_path / "网格.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for part in tmp_path.glob("x.*"):
            name = "网格数据".encode("gbk").decode("cp437") + part.suffix.upper()
            member = zipfile.ZipInfo(name)
            member.flag_bits = 0
            archive.writestr(member, part.read_bytes())
    frame, report = files.read(path)
    assert frame["code"][0] == CODES[0]
    assert report.facts["layer"] == "grid"
    assert inner.exists()


def test_a_lost_index_is_rebuilt_on_a_copy(tmp_path):
    path = sent.shapefile(
        tmp_path / "grid.shp",
        sent.squares(3),
        [Field("编码")],
        [(c,) for c in CODES[:3]],
        cpg="UTF-8",
    )
    path.with_suffix(".shx").unlink()
    frame, report = files.read(path)
    assert len(frame) == 3
    assert found(report, "SHX_RESTORED")
    assert not path.with_suffix(".shx").exists()
    assert not report.blocking()


def test_the_table_of_a_geopackage_is_chosen(tmp_path):
    path = tmp_path / "all.gpkg"
    for name, count in (("grid", 2), ("community", 1), ("other", 3)):
        frame = gpd.GeoDataFrame({"code": CODES[:count]}, geometry=sent.squares(count), crs=4490)
        frame.to_file(path, layer=name)
    assert len(files.read(path, layer="grid")[0]) == 2
    with pytest.raises(BadInput, match="3 tables") as fault:
        files.read(path, layer="building")
    assert "community" in fault.value.message


def test_every_finding_speaks_two_languages(tmp_path):
    shapes = [BOW, None, shapely.Point(119.4, 32.2), shapely.force_3d(sent.squares(1)[0], 1)]
    _, report = read_grid(
        tmp_path, shapes, code=["1", "1", 2.5, ""], households=["x", "１", "", "2"]
    )
    assert len(report.findings) > 6
    for f in report.findings:
        assert f.zh
        assert f.en != f.zh
        assert f.layer == "grid"
        assert f.severity is not Severity.ERROR or (f.hint_zh and f.hint_en)
    json.dumps(report.as_dict())
