"""Files that mean harm, or claim what they do not hold: refused in plain words, at once."""

import contextlib
import zipfile
from pathlib import Path

import geopandas as gpd
import mutated
import numpy as np
import pytest
import sent
from hostile import HOSTILE, package

from geo import files
from geo.errors import FileRefused, GeoError


@pytest.mark.parametrize("case", HOSTILE)
def test_it_is_refused_in_plain_words(tmp_path, case):
    make, words = HOSTILE[case]
    path = make(tmp_path)
    with pytest.raises(FileRefused, match=words) as fault:
        files.read(path, layer=path.stem if path.stem in ("street", "station") else "grid")
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
    for i in range(99):
        path = mutated.mutated(kept[i % len(kept)], tmp_path / "hurt", rng)
        with contextlib.suppress(GeoError):
            frame, report = files.read(path, layer="street" if path.suffix == ".osm" else "grid")
            assert len(frame) <= max(report.facts["features"], len(frame))
            assert frame.crs is None or np.isfinite(frame.total_bounds).all() or not len(frame)
