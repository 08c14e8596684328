"""Files that mean harm, or claim what they do not hold: refused in plain words, at once."""

import contextlib
import sqlite3
import struct
import zipfile
from pathlib import Path

import geopandas as gpd
import mutated
import numpy as np
import pytest
import sent
from sent import Field

from geo import files
from geo.errors import FileRefused, GeoError

MILLIONS = 5_000_000


def _full_of_nothing(path: Path, member: str) -> Path:
    packed = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
    with packed as archive, archive.open(member, "w") as out:
        for _ in range(101):
            out.write(bytes(2**20))
    return path


def bomb(folder: Path) -> Path:
    return _full_of_nothing(folder / "a.zip", "grid.geojson")


def bomb_in_a_book(folder: Path) -> Path:
    return _full_of_nothing(folder / "a.xlsx", "xl/worksheets/sheet1.xml")


def many_members(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        archive.writestr("grid.geojson", "{}")
        for i in range(10_001):
            archive.writestr(f"{i}.txt", "")
    return folder / "a.zip"


def package(folder: Path) -> Path:
    frame = gpd.GeoDataFrame({"code": ["321198001001001"]}, geometry=sent.squares(1), crs=4490)
    frame.to_file(folder / "grid.gpkg")
    return folder / "grid.gpkg"


def huge_shape_in_a_package(folder: Path) -> Path:
    with contextlib.closing(sqlite3.connect(package(folder))) as base:
        for (name,) in base.execute(
            "select name from sqlite_master where type='trigger'"
        ).fetchall():
            base.execute(f'drop trigger "{name}"')
        base.execute("update grid set geom = zeroblob(?)", (16 * MILLIONS,))
        base.commit()
    return folder / "grid.gpkg"


def many_tables(folder: Path) -> Path:
    with contextlib.closing(sqlite3.connect(package(folder))) as base:
        base.executemany(
            "insert into gpkg_contents (table_name, data_type, identifier, srs_id) values (?, 'features', ?, 4490)",
            [(f"t{i}", f"t{i}") for i in range(10_000)],
        )
        base.commit()
    return folder / "grid.gpkg"


def huge_shape_in_json(folder: Path) -> Path:
    path = folder / "grid.geojson"
    with path.open("w") as out:
        out.write(
            '{"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"Polygon","coordinates":[['
        )
        part = ",".join(["[119.4000001,32.2000001]"] * 50_000)
        for _ in range(25):
            out.write(part + ",")
        out.write("[119.4,32.2]]]}}]}")
    return path


def shapefile(folder: Path) -> Path:
    return sent.shapefile(
        folder / "grid.shp", sent.squares(1), [Field("编码")], [("321198001001001",)]
    )


def claim(path: Path, at: int, form: str, value: int) -> Path:
    content = bytearray(path.read_bytes())
    struct.pack_into(form, content, at, value)
    path.write_bytes(content)
    return path


def two_gigabytes(folder: Path) -> Path:
    return claim(shapefile(folder), 24, ">i", 2**30 - 1)


def long_record(folder: Path) -> Path:
    path = shapefile(folder)
    claim(path.with_suffix(".shx"), 104, ">i", 2**30 - 1)
    return path


def many_records(folder: Path) -> Path:
    path = shapefile(folder)
    claim(path.with_suffix(".dbf"), 4, "<I", 2**31)
    return path


HOSTILE = {
    "bomb": (bomb, "zip bomb"),
    "bomb in a book": (bomb_in_a_book, "zip bomb"),
    "many members": (many_members, "members"),
    "huge shape in a package": (huge_shape_in_a_package, "vertices"),
    "10,000 tables": (many_tables, "tables"),
    "huge shape in JSON": (huge_shape_in_json, "vertices"),
    "2 GB in a header": (two_gigabytes, "cut short"),
    "2 GB in a record": (long_record, "vertices"),
    "2 billion records": (many_records, "cut short"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_it_is_refused_in_plain_words(tmp_path, case):
    make, words = HOSTILE[case]
    with pytest.raises(FileRefused, match=words) as fault:
        files.read(make(tmp_path), layer="grid")
    assert any("\u4e00" <= c <= "\u9fff" for c in fault.value.zh)
    assert fault.value.hint_zh


@pytest.mark.parametrize(
    "name", ["../../evil.geojson", "/etc/evil.geojson", "a/../../evil.geojson"]
)
def test_no_member_of_a_zip_leaves_its_folder(tmp_path, name):
    inner = tmp_path / "inner"
    inner.mkdir()
    source = package(inner).with_name("x.geojson")
    gpd.GeoDataFrame({"code": ["321198001001001"]}, geometry=sent.squares(1), crs=4326).to_file(
        source
    )
    with zipfile.ZipFile(inner / "a.zip", "w") as archive:
        archive.write(source, name)
    assert len(files.read(inner / "a.zip", layer="grid")[0]) == 1
    assert not list(tmp_path.glob("**/evil*"))
    assert not Path("/etc/evil.geojson").exists()


def test_damaged_files_never_crash(tmp_path):
    rng = np.random.default_rng(8)
    good = tmp_path / "good"
    good.mkdir()
    kept = mutated.seeds(good)
    for i in range(165):
        path = mutated.mutated(kept[i % len(kept)], tmp_path / "hurt", rng)
        with contextlib.suppress(GeoError):
            frame, report = files.read(path, layer="street" if path.suffix == ".osm" else "grid")
            assert len(frame) <= max(report.facts["features"], len(frame))
            assert frame.crs is None or np.isfinite(frame.total_bounds).all() or not len(frame)
