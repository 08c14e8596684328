"""The picture of the house shows the house."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("floor", ["api", "geo"])
def test_every_room_is_in_the_picture(floor: str) -> None:
    drawn = (ROOT / "docs" / "architecture.svg").read_text(encoding="utf-8")
    rooms = {p.parent.name for p in (ROOT / floor).glob("*/__init__.py")}
    assert rooms
    assert {room for room in rooms if f">{room}" not in drawn} == set()
