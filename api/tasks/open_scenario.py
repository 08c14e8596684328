"""Open a proposal (of a solver, of another department's net) as a scenario."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from api.tasks.desk import Done, desk
from api.tasks.redraw_areas import NewScenario
from api.tasks.work import Work
from geo import coords, redraw, store
from geo.errors import BadInput
from geo.store.scenarios import Scenario

LEAST_SHARE = 0.2
"""A parent that holds less of the households of a proposed area gets no area of its own for them."""


def open_scenario(
    work: Work, level: str, within: str, areas: gpd.GeoDataFrame, *, name: str
) -> Scenario:
    """Branch a scenario from the latest revision and divide ground in it as proposed.

    The proposal need not fit to the last bit: its borders are noded with what is there,
    and ground that it leaves out falls to the nearest of its areas. Parents keep their
    borders: a proposed area that lies in several becomes one area in each that holds at
    least a fifth of its households, or half of its ground; the rest joins its neighbours
    there. One step a parent, so that each can be undone.

    Parameters
    ----------
    level : str
        Level of the proposed areas.
    within : str
        Code of the area, of any wider level, whose ground is proposed anew.
    areas : GeoDataFrame
        Polygons in any known system; `name` and `kind` are used where they are there.
    name : str
        What the scenario is called.

    Returns
    -------
    Scenario
        Its `link` opens it on the desk, its `step` says how many parents changed.

    Raises
    ------
    BadInput
        When the proposal is empty or `within` is not above `level`.
    Forbidden
        When who asks may not plan there.
    NotFound
        When there is no area `within`.
    RuleBroken
        When the proposal cannot be noded.
    """
    if not len(areas):
        raise BadInput("the proposal is empty", zh="方案中没有区域")
    work.asker.require_within([within])
    made = NewScenario(name=name).run(work)
    with desk(work, made.number) as mine:
        fabric = mine.fabric
        metres = coords.to_metres(areas, fabric.crs)
        for parent in _parents(fabric, level, within):
            operation = _proposed(fabric, level, parent, metres)
            if operation is None:
                continue
            change = redraw.change(fabric, operation)
            if not change.moved_ground:
                continue
            with work.db.session() as session:
                step = store.scenarios.append(
                    session, made.number, "do", work.who,
                    expected=mine.step, label=change.label,
                    operation=redraw.written_operation(operation, fabric.crs),
                    change=redraw.written(change, fabric.crs),
                )  # fmt: skip
            mine.make(Done(step, operation, change))
            mine.step = step
    with work.db.read() as session:
        return store.scenarios.read(session, made.number)


def _parents(fabric: redraw.Fabric, level: str, within: str) -> list[redraw.Area]:
    """Give the areas right above a level that lie in an area, or are it."""
    above = fabric.above(level)
    order = [lv.name for lv in fabric.levels]
    top = next((a for a in fabric.areas.values() if a.ref == within), None)
    if top is None or above is None or order.index(top.level) > order.index(above):
        raise BadInput(
            f"{within} is no area above level {level}",
            zh=f"{within} 不是“{level}”的上级区域",
            where=[within],
        )
    found = [top]
    while found and found[0].level != above:
        found = [child for area in found for child in fabric.children(area)]
    return found


def _proposed(
    fabric: redraw.Fabric, level: str, parent: redraw.Area, metres: gpd.GeoDataFrame
) -> redraw.Operation | None:
    """Give the operation that divides one parent as proposed; None where nothing is proposed."""
    near = np.sort(metres.sindex.query(parent.shape, predicate="intersects"))
    shapes = shapely.make_valid(shapely.force_2d(metres.geometry.to_numpy()[near]))
    kept = [k for k, shape in enumerate(shapes) if _belongs(fabric, shape, parent)]
    if not kept:
        return None

    def told(column: str) -> tuple[str, ...]:
        if column not in metres:
            return ()
        return tuple(metres[column].iloc[near[kept]].fillna("").astype(str))

    grounds = tuple(shapes[k] for k in kept)
    return redraw.Redivide(level, parent.ref, grounds, told("name"), told("kind"))


def _belongs(fabric: redraw.Fabric, shape: BaseGeometry, parent: redraw.Area) -> bool:
    """Say whether enough of a proposed area lies in a parent to be an area there."""
    part = shapely.intersection(shape, parent.shape)
    if part.area < 1.0:
        return False
    homes = fabric.homes
    people, whole = (int(homes.households[homes.within(g)].sum()) for g in (part, shape))
    return part.area >= 0.5 * shape.area or (people > 0 and people >= LEAST_SHARE * whole)
