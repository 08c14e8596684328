"""Alliances of councils and the like: who is with whom, and who leads."""

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from maps.scene import Base, Cell, Fact, Key, Scene, Sheet, Words
from maps.themes.shades import distinct, in_metres

ALLIANCE, COUNCIL = Words("联盟", "Alliance"), Words("议事会", "Council")
LEAD = Words("牵头", "Lead")
_HUES = ("a", "b", "c", "d", "e")
_PLANNERS = {
    "load": Words("负荷", "Load"),
    "minutes": Words("步行（分钟）", "Walk (min)"),
    "seniority": Words("成立年数", "Years"),
    "strength": Words("能力评分", "Score"),
    "zh": Words("缘由", "Reason"),
}
"""What only planners see of a body."""


@dataclass(frozen=True, slots=True)
class Alliances:
    """Territories of bodies, joined to groups: by outline and name, not by hue alone.

    Parameters
    ----------
    territories : GeoDataFrame
        One row a body: `id`, `name`, `alliance` (any value that names the group, missing where
        there is none), `lead` (bool), where known `alliance_name`, and for planners `load`,
        `minutes`, `seniority`, `strength` and the reason in `zh`; polygons, which may be empty
        for a body without territory.
    public : bool
        Show names, outlines and places only: no loads, scores or reasons.
    status : Words
        Whether this is a draft, or which version holds.
    group, body, head : Words
        What the groups, their members and those in their middle are called.
    """

    territories: gpd.GeoDataFrame
    base: Base
    public: bool = False
    status: Words | None = None
    group: Words = ALLIANCE
    body: Words = COUNCIL
    head: Words = LEAD

    def scene(self) -> Scene:
        """Give what the map shows."""
        frame = in_metres(self.territories)
        if "alliance_name" not in frame:
            frame["alliance_name"] = self.group.zh + " " + frame["alliance"].astype(str)
        frame["alliance_name"] = frame["alliance_name"].fillna("")
        groups = frame.dissolve("alliance", aggfunc="first").reset_index()
        shade = dict(zip(groups["alliance"], distinct(groups.geometry, len(_HUES)), strict=True))
        hues = [_HUES[shade[a]] if a in shade else _HUES[0] for a in frame["alliance"]]
        facts = [
            Fact(_many(self.group), f"{len(groups):,}"),
            Fact(_many(self.body), f"{len(frame):,}"),
            Fact(_many(self.head), f"{int(frame['lead'].sum()):,}"),
        ]
        if self.status:
            facts.append(Fact(Words("状态", "Status"), self.status.zh.partition("，")[0]))
        sheets = [self._members(frame, hues)]
        if len(groups):
            sheets.append(self._groups(frame, groups, shade))
        words = Words(self.body.zh + self.group.zh, f"{self.group.en}s of {self.body.en.lower()}s")
        note = self.status or Words("", "")
        return Scene("alliances", words, self.base, sheets, facts, note=note)

    def _members(self, frame: gpd.GeoDataFrame, hues: list[str]) -> Sheet:
        columns: dict[Words, list[Cell]] = {
            self.body: frame["name"].tolist(),
            self.group: frame["alliance_name"].tolist(),
            Words("作用", "Role"): [self.head.zh if lead else "成员" for lead in frame["lead"]],
        }
        if not self.public:
            told = {name: words for name, words in _PLANNERS.items() if name in frame}
            columns |= {words: frame[name].tolist() for name, words in told.items()}
        columns[Words("编号", "Id")] = frame["id"].tolist()
        roles = ["lead" if lead else "member" for lead in frame["lead"]]
        body = self.body
        return Sheet(
            key="councils",
            words=_many(body),
            shapes=frame.geometry,
            styles=[f"{role}_{hue}" for role, hue in zip(roles, hues, strict=True)],
            legend=[
                key
                for key in (
                    Key("lead", self.head, roles.count("lead")),
                    Key(
                        "member_a",
                        Words(f"成员{body.zh}（底色随{self.group.zh}）", "Member"),
                        roles.count("member"),
                    ),
                )
                if key.count
            ],
            labels=frame["name"].tolist(),
            fields=list(columns),
            rows=list(zip(*columns.values(), strict=True)),
            label_from=15.0,
        )

    def _groups(
        self, frame: gpd.GeoDataFrame, groups: gpd.GeoDataFrame, shade: dict[object, int]
    ) -> Sheet:
        by = frame.groupby("alliance")
        count = by.size().reindex(groups["alliance"])
        leads = frame[frame["lead"]].groupby("alliance")["name"].agg("、".join)
        columns: dict[Words, list[Cell]] = {
            self.group: groups["alliance_name"].tolist(),
            _many(self.body): list(count),
        }
        if "load" in frame and not self.public:
            columns[_PLANNERS["load"]] = by["load"].sum().reindex(groups["alliance"]).tolist()
        columns[self.head] = _text(leads.reindex(groups["alliance"]))
        words = Words(f"{self.group.zh}边界与名称", f"{self.group.en}, by outline and name")
        return Sheet(
            key="alliances",
            words=_many(self.group),
            shapes=groups.geometry,
            styles=[f"alliance_{_HUES[shade[a]]}" for a in groups["alliance"]],
            legend=[Key("alliance_a", words)],
            labels=groups["alliance_name"].tolist(),
            fields=list(columns),
            rows=list(zip(*columns.values(), strict=True)),
            bold=True,
        )


def _many(one: Words) -> Words:
    return Words(one.zh, f"{one.en}s")


def _text(values: "pd.Series") -> list[Cell]:
    return [v if isinstance(v, str) else "" for v in values]
