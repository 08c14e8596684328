"""Alliances of councils: who is with whom, and who leads."""

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from maps.scene import Base, Cell, Fact, Key, Scene, Sheet, Words
from maps.themes.shades import distinct, in_metres

_HUES = ("a", "b", "c", "d", "e")


@dataclass(frozen=True, slots=True)
class Alliances:
    """Territories of councils, joined to alliances: by outline and name, not by hue alone.

    Parameters
    ----------
    territories : GeoDataFrame
        One row a council: `id`, `name`, `alliance` (any value that names the group),
        `lead` (bool), and where known `alliance_name`, `load` and the reason in `zh`; polygons, which may be
        empty for a council without territory.
    public : bool
        Hide the load.
    status : Words
        Whether this is a draft, or which version holds.
    """

    territories: gpd.GeoDataFrame
    base: Base
    public: bool = False
    status: Words | None = None

    def scene(self) -> Scene:
        """Give what the map shows."""
        frame = in_metres(self.territories)
        if "alliance_name" not in frame:
            frame["alliance_name"] = "联盟 " + frame["alliance"].astype(str)
        groups = frame.dissolve("alliance", aggfunc="first").reset_index()
        shade = dict(zip(groups["alliance"], distinct(groups.geometry, len(_HUES)), strict=True))
        hues = [_HUES[shade[a]] for a in frame["alliance"]]
        facts = [
            Fact(Words("联盟", "Alliances"), f"{len(groups):,}"),
            Fact(Words("议事会", "Councils"), f"{len(frame):,}"),
            Fact(Words("牵头", "Leads"), f"{int(frame['lead'].sum()):,}"),
        ]
        if self.status:
            facts.append(Fact(Words("状态", "Status"), self.status.zh.partition("，")[0]))
        sheets = [self._councils(frame, hues), self._alliances(frame, groups, shade)]
        words = Words("议事会联盟", "Council alliances")
        note = self.status or Words("", "")
        return Scene("alliances", words, self.base, sheets, facts, note=note)

    def _councils(self, frame: gpd.GeoDataFrame, hues: list[str]) -> Sheet:
        columns: dict[Words, list[Cell]] = {
            Words("议事会", "Council"): frame["name"].tolist(),
            Words("联盟", "Alliance"): frame["alliance_name"].tolist(),
            Words("作用", "Role"): ["牵头" if lead else "成员" for lead in frame["lead"]],
        }
        if "load" in frame and not self.public:
            columns[Words("负荷", "Load")] = frame["load"].tolist()
        columns[Words("编号", "Id")] = frame["id"].tolist()
        if "zh" in frame:
            columns[Words("缘由", "Reason")] = frame["zh"].tolist()
        roles = ["lead" if lead else "member" for lead in frame["lead"]]
        return Sheet(
            key="councils",
            words=Words("议事会", "Councils"),
            shapes=frame.geometry,
            styles=[f"{role}_{hue}" for role, hue in zip(roles, hues, strict=True)],
            legend=[
                Key("lead", Words("牵头议事会", "Lead"), roles.count("lead")),
                Key("member_a", Words("成员议事会（底色随联盟）", "Member"), roles.count("member")),
            ],
            labels=frame["name"].tolist(),
            fields=list(columns),
            rows=list(zip(*columns.values(), strict=True)),
            label_from=15.0,
        )

    def _alliances(
        self, frame: gpd.GeoDataFrame, groups: gpd.GeoDataFrame, shade: dict[object, int]
    ) -> Sheet:
        by = frame.groupby("alliance")
        count = by.size().reindex(groups["alliance"])
        leads = frame[frame["lead"]].groupby("alliance")["name"].agg("、".join)
        columns: dict[Words, list[Cell]] = {
            Words("联盟", "Alliance"): groups["alliance_name"].tolist(),
            Words("议事会", "Councils"): list(count),
        }
        if "load" in frame and not self.public:
            columns[Words("负荷", "Load")] = by["load"].sum().reindex(groups["alliance"]).tolist()
        columns[Words("牵头", "Leads")] = _text(leads.reindex(groups["alliance"]))
        return Sheet(
            key="alliances",
            words=Words("联盟", "Alliances"),
            shapes=groups.geometry,
            styles=[f"alliance_{_HUES[shade[a]]}" for a in groups["alliance"]],
            legend=[Key("alliance_a", Words("联盟边界与名称", "Alliance, by outline and name"))],
            labels=groups["alliance_name"].tolist(),
            fields=list(columns),
            rows=list(zip(*columns.values(), strict=True)),
            bold=True,
        )


def _text(values: "pd.Series") -> list[Cell]:
    return [v if isinstance(v, str) else "" for v in values]
