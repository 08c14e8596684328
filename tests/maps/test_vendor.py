"""Vendored assets: locked, checked, and named when they are missing."""

import json
from pathlib import Path

import pytest

from geo.errors import Unavailable
from maps import vendor

ROOT = Path(__file__).parents[2]


def test_every_asset_is_here_and_is_the_locked_one() -> None:
    vendor.check()
    assert {a.package for a in vendor.assets()} == {"leaflet", "maplibre-gl", "ol"}


def test_a_changed_asset_is_named(tmp_path: Path) -> None:
    for item in vendor.assets():
        fake = tmp_path / item.package / item.file
        fake.parent.mkdir(parents=True, exist_ok=True)
        fake.write_text("changed")
    before = {a.path: a.path.read_bytes() for a in vendor.assets()}
    try:
        with pytest.raises(Unavailable, match="differ from their lock"):
            vendor.copy(tmp_path)
    finally:
        for path, content in before.items():
            path.write_bytes(content)


def test_a_missing_asset_names_itself_and_the_command(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="npm ci --ignore-scripts") as caught:
        vendor.copy(tmp_path)
    assert caught.value.where == ("leaflet/dist/leaflet.js",)


def test_versions_are_exact_and_the_lock_names_no_host() -> None:
    package = json.loads((ROOT / "package.json").read_text("utf-8"))
    asked = package["dependencies"] | package["devDependencies"]
    assert all(version[0].isdigit() for version in asked.values())
    lock = (ROOT / "package-lock.json").read_text("utf-8")
    assert "resolved" not in lock
    assert "://" not in lock
