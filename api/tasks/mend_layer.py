"""Mend what a check finds of thin gaps and overlaps: with an account, and as a revision of its own."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

import geopandas as gpd

from api.tasks.scene import read_scene
from api.tasks.work import Form, Work
from geo import coords, files, store
from geo.errors import Conflict, NotFound
from geo.layers import level as level_of


class MendLayer(Form):
    """Mend the living areas of a level; ground wider than `width_m` is never touched.

    `rule` says who keeps ground that two areas claim.
    """

    level: str
    width_m: float = 0.5
    rule: Literal["larger", "smaller", "first"] = "larger"
    dry_run: bool = False
    why: str = ""

    def run(self, work: Work) -> "MendedLayer":
        """Mend, and publish what changed in one transaction; undo it by an inverse revision."""
        named = level_of(self.level)
        scene = read_scene(work, self.level, "building")
        areas = scene.frame(self.level)
        if not len(areas):
            raise NotFound(f"there is no {self.level}", zh=f"还没有{named.zh}数据")
        homes = scene.frame("building")
        done = files.mend(
            areas, width_m=self.width_m, rule=self.rule, homes=homes if len(homes) else None
        )
        revision, counts = None, {}
        if len(done.account) and not self.dry_run:
            with work.db.session() as session:
                why = self.why or f"{named.zh}：修复不宽于 {self.width_m:g} 米的缝隙和重叠"
                revision = store.revisions.open(session, "repair", work.who, why)
                kept = store.areas.read(session, self.level, extras=True)
                if kept["code"].tolist() != areas["code"].tolist():
                    raise Conflict(
                        f"somebody changed the {self.level} meanwhile",
                        zh=f"{named.zh}刚被别人改动，请重试",
                        hint="run it again",
                        hint_zh="请再运行一次",
                    )
                changed = kept.set_geometry(coords.to_degrees(done.frame).geometry.to_numpy())
                counts = asdict(store.areas.replace(session, self.level, changed, revision))
                detail = {"width_m": self.width_m, "rule": self.rule, **counts}
                store.audit.write(session, work.who, "repair", subject=self.level, detail=detail)
        account = [{str(k): v for k, v in row.items()} for row in done.account.to_dict("records")]
        return MendedLayer(revision, counts, account, _places(done.left))


def _places(left: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Say where ground was too wide to mend, in degrees."""
    if not len(left):
        return []
    middles = coords.to_degrees(left.set_geometry(left.centroid)).geometry
    values = zip(left["fault"], left["width_m"], left["area_m2"], middles.x, middles.y, strict=True)
    names = ("fault", "width_m", "area_m2", "lon", "lat")
    return [dict(zip(names, row, strict=True)) for row in values]


@dataclass(frozen=True)
class MendedLayer:
    """The revision (None: nothing was written), what changed, the account, and what was left."""

    revision: int | None
    counts: dict[str, int]
    account: list[dict[str, Any]]
    left: list[dict[str, Any]]
