"""A room gives the names of its face late, and always as its face says."""

import sys
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from types import ModuleType

import pytest

from geo.faces import Face

ROOT = Path(__file__).resolve().parents[2]
ROOMS = sorted(
    ".".join(path.parent.relative_to(ROOT).parts)
    for floor in ("api", "geo", "maps")
    for path in (ROOT / floor).rglob("__init__.py")
    if "\nlate(__name__)" in path.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("name", ROOMS)
def test_names_stand_for_what_the_face_says_whatever_was_imported_before(name: str) -> None:
    room = import_module(name)
    assert isinstance(room, Face)
    for found in walk_packages(room.__path__, f"{name}."):
        if not found.name.endswith("__main__"):
            import_module(found.name)
    for told in room.__all__:
        door = vars(room)["_doors"].get(told)
        if door is None:
            continue
        given = getattr(room, told)
        if door.called is None:
            assert given is sys.modules[door.module]
        else:
            assert given is getattr(sys.modules[door.module], door.called)
            assert not isinstance(given, ModuleType)


def test_there_are_late_rooms() -> None:
    assert ROOMS
