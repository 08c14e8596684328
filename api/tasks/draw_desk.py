"""Draw the page on which boundaries are redrawn."""

from __future__ import annotations

import maps
from api.tasks.draw_maps import LEVELS
from api.tasks.scene import read_scene
from api.tasks.work import Work
from geo import store, topology


def plan_desk(work: Work, base: maps.Base) -> maps.Page:
    """Give the page over the areas of the latest revision."""
    with work.db.read() as session:
        latest = store.revisions.latest(session)
    norms = {name: norm for name in LEVELS if (norm := topology.Norms().of(name))}
    theme = maps.Grids(read_scene(work, *LEVELS).levels(), base, norms=norms, shown="grid")
    return maps.desk_of_plan(theme, revision=latest.number if latest else 0)
