"""What the desk shows of a scenario: areas that differ, problems, cuts that streets offer."""

from __future__ import annotations

from collections.abc import Iterable
from threading import Lock
from typing import Any

import geopandas as gpd
import shapely
from pyproj import CRS
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from api.tasks import known
from api.tasks.desk import Desk, base_fabric, desk
from api.tasks.redraw_areas import ApplyOperation, RedoOperation, Redrawn, UndoOperation
from api.tasks.work import Form, Work, perform
from geo import coords, redraw, store

_STREETS: dict[str, gpd.GeoDataFrame] = {}
_LOCK = Lock()


class ShowScenario(Form):
    """Give the areas of a scenario as it is now.

    `level` and `within` (a code) narrow it down; `against` gives only what differs from a
    revision, and what is gone.
    """

    scenario: int | str
    level: str = ""
    within: str = ""
    against: int | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """Read the map as the steps leave it."""
        with desk(work, self.scenario) as mine:
            there = {} if self.against is None else base_fabric(work, self.against).areas
            mapped = [a for a in mine.fabric.areas.values() if self._asked(a)]
            fresh = [a for a in mapped if not a.same(there.get(a.key))]
            gone = [k for k, a in there.items() if self._asked(a) and k not in mine.fabric.areas]
            fresh.sort(key=lambda a: a.key)
            return mine.standing() | {
                "upsert": features(work, mine.base, mine.fabric.crs, fresh),
                "drop": [list(key) for key in sorted(gone)],
            }

    def _asked(self, area: redraw.Area) -> bool:
        return self.level in ("", area.level) and area.code.startswith(self.within)


class StreetCuts(Form):
    """List the streets along which an area of a scenario can be split, the most even first."""

    scenario: int | str
    level: str
    code: str

    def run(self, work: Work) -> list[dict[str, Any]]:
        """Try each street."""
        with desk(work, self.scenario) as mine:
            crs = mine.fabric.crs
            cuts = redraw.street_cuts(mine.fabric, self.level, self.code, _streets(work, mine))
        return [
            {
                "name": cut.name,
                "households": [piece.households for piece in cut.pieces],
                "operation": redraw.written_operation(cut.operation, crs),
            }
            for cut in cuts
        ]


def made(work: Work, task: ApplyOperation | UndoOperation | RedoOperation) -> dict[str, Any]:
    """Do a step and tell the desk what to draw anew."""
    done: Redrawn = perform(task, work)
    after, crs = {a.key for a in done.change.after}, done.fabric.crs
    return done.standing | {
        "label": done.change.label,
        "upsert": features(work, done.base, crs, done.change.after),
        "drop": [list(a.key) for a in done.change.before if a.key not in after],
        "offers": [redraw.written_operation(o, crs) for o in done.change.offers],
        "held": [{"community": h.community, "who": h.who} for h in done.held],
    }


def features(
    work: Work, revision: int, crs: CRS, areas: Iterable[redraw.Area]
) -> list[dict[str, Any]]:
    """Give areas as GeoJSON features in degrees.

    `was` is what the code held in the revision the scenario stands on (None: no such
    code); `touched` says whether more than a vertex differs from it.
    """
    areas, base = list(areas), base_fabric(work, revision).areas
    old = [base[a.key] for a in areas if a.key in base]
    moved = {a.key for a in redraw.Change("", tuple(old), tuple(areas)).moved_ground}
    spots = _degrees([a.shape.representative_point() for a in areas], crs)
    shapes = _degrees([_wound(a) for a in areas], crs)
    told = []
    for area, shape, spot in zip(areas, shapes, spots, strict=True):
        was = base.get(area.key)
        told.append(
            {
                "type": "Feature",
                "geometry": mapping(shape),
                "properties": {
                    "level": area.level, "code": area.ref, "name": area.name,
                    "kind": area.kind, "parent": area.above, "households": area.households,
                    "residents": area.residents, "spot": list(spot.coords[0]),
                    "was": None if was is None else was.households,
                    "touched": area.key in moved and not area.same(was),
                },
            }
        )  # fmt: skip
    return told


def _degrees(shapes: list[BaseGeometry], crs: CRS) -> list[BaseGeometry]:
    """Bring many shapes to degrees at once."""
    moved = redraw.to_degrees(shapely.GeometryCollection(shapes), crs)
    return list(shapely.get_parts(moved).tolist())


def _wound(area: redraw.Area) -> BaseGeometry:
    """Give its ground with outer rings one way and holes the other, as RFC 7946 asks."""
    wound: BaseGeometry = shapely.orient_polygons(area.shape)
    return wound


def _streets(work: Work, mine: Desk) -> gpd.GeoDataFrame:
    """Give the streets in the metres of a desk, read once for a state of the store."""
    key = f"{work.db.engine.url} {known.state(work)} {mine.fabric.crs.to_string()}"
    with _LOCK:
        if key not in _STREETS:
            with work.db.read() as session:
                frame = store.features.read(session, "street")
            _STREETS.clear()
            _STREETS[key] = coords.to_metres(frame, mine.fabric.crs)
        return _STREETS[key]
