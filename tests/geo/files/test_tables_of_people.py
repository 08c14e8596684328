"""Tables as people keep them: titles, two headings, merged cells, sums, degrees in words."""

import json
import math

import pytest
import sent
import shapely
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from geo import files
from geo.errors import FileRefused
from geo.files import spots
from geo.files.heads import headed

CODES = [f"32119800100100{i}" for i in range(1, 6)]
HEAD = "编号,名称,经度,纬度\n"
ROWS = "1,甲站,119.45,32.2\n2,乙站,119.46,32.21\n"
CELLS = [
    ["编号", "名称", "经度", "纬度"],
    ["1", "甲站", 119.45, 32.2],
    ["2", "乙站", 119.46, 32.21],
]


def table(folder, text, encoding="utf-8", name="station.csv"):
    (folder / name).write_bytes(text.encode(encoding))
    return folder / name


def grids(folder, column, cells, codes=CODES):
    rows = [f"{code}\t网格\t{cell}" for code, cell in zip(codes, cells, strict=False)]
    return table(folder, "\n".join([f"编码\t名称\t{column}", *rows]), name="grid.tsv")


def book(folder, *sheets, hidden=(), merged=()):
    path = folder / "station.xlsx"
    with xlsxwriter.Workbook(str(path)) as made:
        for i, rows in enumerate(sheets):
            sheet = made.add_worksheet(f"表{i}")
            for r, row in enumerate(rows):
                for c, cell in enumerate(row):
                    if cell is not None:
                        sheet.write(r, c, cell)
            if i in hidden:
                sheet.hide()
            else:
                sheet.activate()
                sheet.set_first_sheet()
                for where in merged:
                    sheet.merge_range(*where)
    return path


def codes_of(report):
    return set(report.counts()) - {"ENC_GUESSED"}


@pytest.mark.parametrize(
    ("text", "encoding", "said"),
    [
        ("某区站点一览表,,,\n填表单位：民政局,,日期：2024-5-1,\n" + HEAD + ROWS, "gbk", {"HEADING_FOUND"}),
        (HEAD + "1,甲站,119.45,32.2\n,,,\n2,乙站,119.46,32.21\n合 计,2,,\n注：以上为六月数据,,,\n", "utf-8", {"ROWS_LEFT_OUT"}),
        ("*编 号,\"名称\n(必填)\",经度（°）,纬度（°）,\n" + ROWS.replace("\n", ",\n"), "utf-8", set()),
        ((HEAD + ROWS).replace(",", "\t"), "utf-16", set()),
        ("sep=;\n" + (HEAD + ROWS).replace(",", ";"), "utf-8-sig", set()),
        ("code,name,lon,lat\n" + HEAD + ROWS, "utf-8", set()),
        (HEAD + "1,甲站,119°27′00″E,32度12分\n2,乙站,１１９．４６,32.21°N\n", "utf-8", {"DEGREES_READ"}),
        ("编号,名称,坐标\n1,甲站,\"119.45,32.2\"\n2,乙站,\"119.46，32.21\"\n", "utf-8", set()),
        ("编号,名称,wgs84_lng,wgs84_lat,高德经度,高德纬度\n1,甲站,119.45,32.2,1,2\n2,乙站,119.46,32.21,1,2\n", "utf-8", set()),
    ],
)  # fmt: skip
def test_a_table_is_found_under_what_people_put_around_it(tmp_path, text, encoding, said):
    frame, report = files.read(table(tmp_path, text, encoding), layer="station", crs="EPSG:4490")
    assert [frame["name"].tolist(), codes_of(report)] == [["甲站", "乙站"], said]
    assert shapely.get_coordinates(frame.geometry).tolist() == [[119.45, 32.2], [119.46, 32.21]]
    assert not report.blocking()


TWO = [["编号", "名称", "位置", None], [None, None, "经度", "纬度"], *CELLS[1:]]
MERGED = [(0, 0, 1, 0, "编号"), (0, 1, 1, 1, "名称"), (0, 2, 0, 3, "位置")]


@pytest.mark.parametrize(
    ("sheets", "options", "said"),
    [
        ([[["一览表"], [], *CELLS]], {"merged": [(0, 0, 0, 3, "一览表")]}, {"HEADING_FOUND"}),
        ([TWO], {"merged": MERGED}, {"CELLS_MERGED"}),
        ([[[], [None, *CELLS[0]], [], *([None, *r] for r in CELLS[1:])]], {}, set()),
        ([[["旧"], ["数"]], CELLS], {"hidden": [0]}, {"SHEET_CHOSEN"}),
        ([[["请按要求填写"], ["经纬度用度"]], CELLS], {}, {"SHEET_CHOSEN"}),
    ],
)
def test_a_sheet_is_found_likewise(tmp_path, sheets, options, said):
    path = book(tmp_path, *sheets, **options)
    frame, report = files.read(path, layer="station", crs="EPSG:4490")
    assert [frame["id"].tolist(), frame["name"].tolist()] == [["1", "2"], ["甲站", "乙站"]]
    assert set(report.counts()) == said


def test_tables_that_were_not_read_keep_the_file_out(tmp_path):
    path = book(tmp_path, CELLS, [CELLS[0], ["3", "丙站", 119.47, 32.2]])
    report = files.read(path, layer="station", crs="EPSG:4490")[1]
    assert [f.code for f in report.blocking()] == ["SHEETS_LEFT"]


@pytest.mark.parametrize(
    ("row", "code", "blocks"),
    [("2,乙,站,119.46,32.21", "ROWS_SHIFTED", True), ("2,乙站,119.46,32.21,", None, False), ("2,乙站", "ROWS_SHORT", False)],
)  # fmt: skip
def test_rows_of_other_widths_are_named(tmp_path, row, code, blocks):
    path = table(tmp_path, HEAD + "1,甲站,119.45,32.2\n" + row)
    report = files.read(path, layer="station", crs="EPSG:4490")[1]
    told = [f for f in report.findings if f.code.startswith("ROWS")]
    assert [f.code for f in told] == ([code] if code else [])
    assert all("第 3 行" in f.zh for f in told)
    assert (code in [f.code for f in report.blocking()]) == blocks


def test_words_of_merged_cells_stand_in_every_row(tmp_path):
    rows = [[*CELLS[0], "所在场所", "容量"], [*CELLS[1], "大厅", 9], [*CELLS[2], None, None]]
    path = book(tmp_path, rows, merged=[(1, 4, 2, 4, "大厅"), (1, 5, 2, 5, 9)])
    frame, report = files.read(path, layer="station", crs="EPSG:4490")
    assert [frame["within"].tolist(), frame["capacity"].tolist()] == [["大厅", "大厅"], [9, 0]]
    assert set(report.counts()) == {"CELLS_MERGED"}


@pytest.mark.parametrize(
    ("column", "write", "crs"),
    [
        ("geom", lambda s: f"SRID=4490;{s.wkt}", None),
        ("geom", lambda s: shapely.to_wkb(shapely.set_srid(s, 4490), hex=True, include_srid=True), None),
        ("图形", shapely.to_geojson, "EPSG:4490"),
        ("坐标串", lambda s: ";".join(f"{x!r},{y!r}" for x, y in s.exterior.coords[:-1]), "EPSG:4490"),
    ],
)  # fmt: skip
def test_shapes_are_read_however_cells_spell_them(tmp_path, column, write, crs):
    squares = sent.squares(2)
    path = grids(tmp_path, column, [write(s) for s in squares])
    frame, report = files.read(path, layer="grid", crs=crs)
    assert shapely.equals_exact(
        frame.geometry.normalize(),
        shapely.normalize([shapely.MultiPolygon([s]) for s in squares]),
        1e-9,
    ).all()
    assert not report.blocking()


def test_what_is_no_place_stays_a_column(tmp_path):
    path = table(
        tmp_path, "编号,名称,位置,经度,纬度\n1,甲,江边,119.45,32.2\n2,乙,山上,119.4,32.2\n"
    )
    assert files.read(path, layer="station", crs="EPSG:4490")[0]["位置"].tolist() == [
        "江边",
        "山上",
    ]


@given(
    st.floats(-179, 179),
    st.sampled_from(["{}°{}′{}″", "{}度{}分{}秒", "{}:{}:{}", " {} ° {} ' {} \""]),
)
def test_degrees_in_words_come_back(value, style):
    whole, rest = divmod(abs(value) * 3600, 3600)
    minutes, seconds = divmod(rest, 60)
    told = style.format(int(whole), int(minutes), format(min(seconds, 59.9999), ".4f"))
    west = "W" if value < 0 else ""
    assert math.isclose(spots.number(told + west), value, abs_tol=1e-6)


@pytest.mark.parametrize("word", ["", "无", "119°75′", "12-5", "1e", "°", "东"])
def test_other_words_are_no_degrees(word):
    assert math.isnan(spots.number(word))


@given(st.lists(st.lists(st.text(max_size=4), max_size=4), max_size=8))
def test_any_rows_have_a_heading_or_none(rows):
    under = headed(rows, "grid")
    if under is not None:
        assert all(any(cell.strip() for cell in row) for row in under.rows)
        assert len(under.rows) == len(under.at)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("321198001001001.0", "CODE_AS_NUMBER"), ("3.21198001001001E+14", "CODE_AS_NUMBER"),
        ("'321198001001001", "CODE_CLEANED"), ("321198-001001 001", "CODE_CLEANED"),
        ("\u200b321198001001001\ufeff", "CODE_CLEANED"),
    ],
)  # fmt: skip
def test_a_code_that_lost_nothing_is_written_plainly(tmp_path, written, code):
    path = grids(tmp_path, "wkt", [sent.squares(1)[0].wkt], codes=[written])
    frame, report = files.read(path, layer="grid", crs="EPSG:4490")
    assert [frame["code"][0], codes_of(report)] == [CODES[0], {code}]
    assert not report.blocking(["CODE_AS_NUMBER"])


def test_a_code_that_lost_digits_is_not(tmp_path):
    path = grids(tmp_path, "wkt", [sent.squares(1)[0].wkt], codes=["3.21198E+14"])
    report = files.read(path, layer="grid", crs="EPSG:4490")[1]
    assert {f.code for f in report.blocking(["CODE_AS_NUMBER"])} == {"CODE_INVALID"}


@pytest.mark.parametrize("stray", ["0,0", "32.2,119.45", "448141,3564162"])
def test_a_stray_does_not_hide_where_the_others_are(tmp_path, stray):
    path = table(tmp_path, HEAD + ROWS + "3,丙站,119.455,32.205\n4,丁站," + stray)
    report = files.read(path, layer="station", district=(119.4, 32.1, 119.5, 32.3))[1]
    assert next(f for f in report.findings if f.code == "STRAY").features == ("4",)
    assert report.facts["proposals"][0]["crs"] == "EPSG:4490"
    frame, report = files.read(path, layer="station", crs="EPSG:4490")
    assert len(frame) == 3 + (stray == "0,0")


def test_the_datum_that_a_name_tells_is_said(tmp_path):
    path = table(tmp_path, "编号,名称,lng_gcj02,lat_gcj02\n1,甲,119.4554,32.198\n")
    report = files.read(path, layer="station")[1]
    told = next(f for f in report.findings if f.code == "DATUM_NAMED")
    assert "--crs gcj02" in told.hint_zh


def test_a_table_without_places_says_what_is_missing(tmp_path):
    with pytest.raises(FileRefused) as fault:
        files.read(table(tmp_path, "编号,名称\n1,甲\n2,乙\n"), layer="station")
    assert "经度" in fault.value.hint_zh
    assert "编号、名称" in fault.value.hint_zh


def test_json_a_line_and_in_utf_16(tmp_path):
    feature = {
        "type": "Feature",
        "properties": {"编码": CODES[0]},
        "geometry": shapely.geometry.mapping(sent.squares(1)[0]),
    }
    for text, encoding in (
        ("\n".join(json.dumps(feature) for _ in range(2)), "utf-8"),
        (json.dumps({"type": "FeatureCollection", "features": [feature] * 2}), "utf-16"),
    ):
        path = table(tmp_path, text, encoding, "grid.geojson")
        assert len(files.read(path)[0]) == 2
