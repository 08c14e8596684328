"""The core rooms and the plain-file doors start without a database, a web or a drawing library."""

import subprocess
import sys

import pytest

ROOMS = [
    "coords",
    "layers",
    "files",
    "topology",
    "network",
    "coverage",
    "grouping",
    "siting",
    "demo",
]
HEAVY = ("sqlalchemy", "psycopg", "geoalchemy2", "fastapi", "folium", "matplotlib", "typer")


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_alone(room: str) -> None:
    look = f"import sys, geo.{room}; print(*[m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", look], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.strip() == ""
