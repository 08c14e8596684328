"""Files as districts send them: the plain ones read back, the odd ones are odd as told."""

import json
from functools import cache
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from geo import demo
from geo.errors import BadInput

COMMITTED = Path(__file__).resolve().parents[3] / "data" / "shapefiles"


@cache
def small() -> demo.District:
    return demo.build(size="small", seed=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    home = tmp_path_factory.mktemp("small")
    demo.write(small(), home)
    return home


def names(path: Path) -> list[bytes]:
    data = path.read_bytes()
    size = int.from_bytes(data[8:10], "little")
    return [data[i : i + 11].split(b"\0")[0] for i in range(32, size - 1, 32)]


def test_plain_layers_read_back_as_they_were(folder):
    for name in ("microgrid", "building", "street", "station", "council"):
        back = pyogrio.read_dataframe(folder / f"{name}.shp")
        frame = small().layers[name]
        assert back.crs == frame.crs
        assert list(back.columns) == list(frame.columns)
        for column in frame.columns.drop("geometry"):
            there = (
                back[column].fillna("")
                if back[column].dtype == frame[column].dtype
                else back[column]
            )
            assert there.astype(str).str.strip().fillna("").replace("None", "").tolist() == (
                frame[column].astype(str).tolist()
            ), column
        assert np.array_equal(
            shapely.normalize(back.geometry.values), shapely.normalize(frame.geometry.values)
        )


def test_field_names_fit_ten_bytes(folder):
    for path in folder.glob("*.dbf"):
        assert all(0 < len(n) <= 10 for n in names(path))
        assert len(set(names(path))) == len(names(path))


def test_grids_come_in_gbk_without_a_word_about_it(folder):
    assert not (folder / "grid.cpg").exists()
    assert (folder / "grid.dbf").read_bytes()[29] == 0
    assert [n.decode("gbk") for n in names(folder / "grid.dbf")][:3] == [
        "网格编码",
        "网格名称",
        "网格类型",
    ]
    back = pyogrio.read_dataframe(folder / "grid.shp", encoding="GBK")
    assert back["网格名称"].tolist() == small().layers["grid"]["name"].tolist()


def test_names_of_the_safety_net_are_cut_inside_a_character(folder):
    raw = names(folder / "net_safety.dbf")[0]
    assert len(raw) == 10
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")
    assert "所属综治网格编码".encode().startswith(raw)


def test_the_city_net_has_its_zone_in_front_and_the_party_net_says_nothing(folder):
    city = pyogrio.read_dataframe(folder / "net_city.shp")
    assert city.crs.to_epsg() == 4528
    assert city.total_bounds[0] // 1e6 == 40
    assert np.array_equal(
        city.total_bounds - [4e7, 0, 4e7, 0], small().layers["net_city"].total_bounds
    )
    assert pyogrio.read_info(folder / "net_party.shp")["crs"] is None


def test_the_manifest_tells_what_an_operator_confirms(folder):
    told = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert {f["file"].split(".")[0] for f in told["files"]} == set(small().layers)
    for line in told["files"]:
        stem = folder / line["file"]
        assert line["crs_in_file"] == stem.with_suffix(".prj").exists()
        assert line["encoding_in_file"] == stem.with_suffix(".cpg").exists()
        assert pyogrio.read_info(stem, encoding="ISO-8859-1")["features"] == line["features"]
        for raw, name in zip(
            names(stem.with_suffix(".dbf")), line["mapping"].values(), strict=False
        ):
            assert raw.decode(line["encoding"], "ignore") == name


def test_the_truth_stands_beside_the_layers(folder):
    told = json.loads((folder / "flaws.json").read_text("utf-8"))
    assert told["flaws"] == json.loads(json.dumps(small().truth))


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(BadInput, match="taken"):
        demo.write(small(), tmp_path / "taken")


def test_the_committed_district_is_what_its_seed_gives(tmp_path):
    fresh = {p.name: p.read_bytes() for p in demo.write(demo.build(), tmp_path)}
    kept = {p.name: p.read_bytes() for p in COMMITTED.iterdir() if p.name != "README.md"}
    assert sorted(kept) == sorted(fresh)
    assert [n for n in fresh if fresh[n] != kept[n]] == []
    assert sum(map(len, kept.values())) <= 10_000_000
