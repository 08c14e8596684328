"""Draw the living data: five maps, as pages or pictures."""

from datetime import date

import maps
from api.tasks.scene import read_scene
from api.tasks.work import Work

GROUND = ("street", "landuse", "building", "barrier", "district")
LEVELS = ("subdistrict", "community", "grid", "microgrid")
REACH_S = (300.0, 600.0, 900.0)


def ground(work: Work) -> maps.Base:
    """Give the quiet map under every theme, from our own roads, water and buildings."""
    scene = read_scene(work, *GROUND)
    district = scene.frame("district")
    title = str(district["name"].iloc[0]) if len(district) else ""
    return maps.Base(
        streets=scene.frame("street"),
        landuse=scene.frame("landuse"),
        buildings=scene.frame("building"),
        barriers=scene.frame("barrier"),
        outline=district if len(district) else None,
        title=title,
        date=date.today().isoformat(),
        approval_no=work.settings.map_approval_no,
    )
