"""What the desk shows of a scenario: areas that differ, problems, cuts that streets offer."""

from collections.abc import Iterable
from threading import Lock
from typing import Any

import geopandas as gpd
import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from api.tasks import known
from api.tasks.desk import Desk, base_fabric, desk
from api.tasks.redraw_areas import ApplyOperation, RedoOperation, Redrawn, UndoOperation
from api.tasks.work import Form, Work, perform
from geo import coords, redraw, store
from geo.redraw.offering import street_cuts

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
            return standing(mine) | {
                "upsert": features(work, mine, sorted(fresh, key=lambda a: a.key)),
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
            cuts = street_cuts(mine.fabric, self.level, self.code, _streets(work, mine))
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
    after = {a.key for a in done.change.after}
    with desk(work, task.scenario) as mine:
        return standing(mine) | {
            "step": done.step,
            "label": done.change.label,
            "upsert": features(work, mine, done.change.after),
            "drop": [list(a.key) for a in done.change.before if a.key not in after],
            "offers": [redraw.written_operation(o, mine.fabric.crs) for o in done.change.offers],
            "held": [{"community": h.community, "who": h.who} for h in done.held],
        }


def standing(mine: Desk) -> dict[str, Any]:
    """Tell where a scenario stands, and what would be undone or redone next."""
    return {
        "scenario": mine.scenario.number,
        "link": mine.scenario.link,
        "name": mine.scenario.name,
        "state": mine.scenario.state,
        "base": mine.base,
        "step": mine.step,
        "undo": mine.done[-1].change.label if mine.done else None,
        "redo": mine.undone[-1].change.label if mine.undone else None,
        "done": [d.change.label for d in mine.done[-20:]],
    }


def features(work: Work, mine: Desk, areas: Iterable[redraw.Area]) -> list[dict[str, Any]]:
    """Give areas as GeoJSON features in degrees.

    `was` is what the code held in the revision the scenario stands on (None: no such
    code); `touched` says whether more than a vertex differs from it.
    """
    areas, base = list(areas), base_fabric(work, mine.base).areas
    old = [base[a.key] for a in areas if a.key in base]
    moved = {a.key for a in redraw.Change("", tuple(old), tuple(areas)).moved_ground}
    told = []
    for area in areas:
        was = base.get(area.key)
        spot = redraw.to_degrees(area.shape.representative_point(), mine.fabric.crs)
        told.append(
            {
                "type": "Feature",
                "geometry": mapping(redraw.to_degrees(_wound(area), mine.fabric.crs)),
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
