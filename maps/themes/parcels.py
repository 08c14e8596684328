"""A proposal of micro-grids or grids: as they are today, and as they would be."""

from dataclasses import dataclass

import geopandas as gpd

from geo.layers import level
from maps.scene import Base, Cell, Fact, Key, Scene, Sheet, Words
from maps.themes.areas import LABEL_FROM
from maps.themes.shades import distinct, in_metres

_HUES = ("area_a", "area_b", "area_c", "area_d", "area_e")


@dataclass(frozen=True, slots=True)
class Parcels:
    """Areas that are proposed, to be wiped over those of today.

    Parameters
    ----------
    proposed : GeoDataFrame
        `code`, `name`, `kind`, `households`, `buildings`, `in_range`, `kept`, `reason_zh`,
        `reason_en`, polygons.
    today : GeoDataFrame or None
        `code`, `name`, `households`, polygons; None when nothing is there yet.
    level : str
        What is proposed.
    changed : int
        Households that would get another leader.
    """

    proposed: gpd.GeoDataFrame
    today: gpd.GeoDataFrame | None
    level: str
    changed: int
    base: Base

    def scene(self) -> Scene:
        """Give what the map shows."""
        lv = level(self.level)
        sheets = [self._proposed()]
        if self.today is not None and len(self.today):
            sheets.insert(0, self._today(self.today))
        normed = self.proposed[self.proposed["kind"] != "dedicated"]
        share = float(normed["in_range"].mean()) if len(normed) else 1.0
        facts = [
            Fact(Words(f"方案{lv.zh}", f"{lv.en}s proposed"), f"{len(self.proposed):,}"),
            Fact(Words("在户数范围内", "In range"), f"{share:.1%}"),
            Fact(Words("更换负责人的户数", "Households with another leader"), f"{self.changed:,}"),
        ]
        words = Words(f"{lv.zh}划分方案", f"Proposal of {lv.en.lower()}s")
        note = Words("方案未发布，现有划分不变", "A proposal: nothing is published")
        return Scene("parcels", words, self.base, sheets, facts, note)

    def _today(self, today: gpd.GeoDataFrame) -> Sheet:
        frame = in_metres(today)
        styles = [_HUES[i] for i in distinct(frame.geometry, len(_HUES))]
        rows: list[tuple[Cell, ...]] = list(
            zip(
                frame["name"].tolist(),
                frame["households"].tolist(),
                frame["code"].tolist(),
                strict=True,
            )
        )
        return Sheet(
            key="today",
            words=Words("现状", "Today"),
            shapes=frame.geometry,
            styles=styles,
            legend=[Key("area_a", Words("现有划分", "As it is"), len(frame))],
            labels=_numbers(frame),
            fields=[Words("名称", "Name"), Words("户数", "Households"), Words("编码", "Code")],
            rows=rows,
            label_from=LABEL_FROM[self.level],
            listed=False,
            side="before",
        )

    def _proposed(self) -> Sheet:
        frame = in_metres(self.proposed.sort_values(["in_range", "code"], kind="stable"))
        hues = [_HUES[i] for i in distinct(frame.geometry, len(_HUES))]
        styles = [
            _style(hue, bool(row.in_range), bool(row.kept), str(row.kind))
            for hue, row in zip(hues, frame.itertuples(), strict=True)
        ]
        fields = {
            Words("名称", "Name"): frame["name"],
            Words("户数", "Households"): frame["households"],
            Words("不在范围内的原因", "Why out of range"): frame["reason_zh"],
            Words("英文说明", "In English"): frame["reason_en"],
            Words("楼栋", "Buildings"): frame["buildings"],
            Words("编码", "Code"): frame["code"],
        }
        rows: list[tuple[Cell, ...]] = list(
            zip(*(c.tolist() for c in fields.values()), strict=True)
        )
        return Sheet(
            key="proposed",
            words=Words("方案", "Proposed"),
            shapes=frame.geometry,
            styles=styles,
            legend=_legend(styles),
            labels=_numbers(frame),
            fields=list(fields),
            rows=rows,
            label_from=LABEL_FROM[self.level],
            side="" if self.today is None or not len(self.today) else "after",
        )


def _numbers(frame: gpd.GeoDataFrame) -> list[str]:
    """Give short labels: the number within the parent, and the households."""
    pairs = zip(frame["code"], frame["households"], strict=True)
    return [f"{str(code)[-2:]} · {count}" for code, count in pairs]


def _style(hue: str, in_range: bool, kept: bool, kind: str) -> str:
    if kind == "dedicated":
        return "dedicated"
    if not in_range:
        return "norm_far_over"
    return "norm_within" if kept else hue


def _legend(styles: list[str]) -> list[Key]:
    drawn = sum(style in _HUES for style in styles)
    keys = [
        Key(
            "area_a",
            Words("新划或调整（相邻以底色区分）", "New or redrawn, neighbours differ"),
            drawn,
        ),
        Key("norm_within", Words("保持不变", "Left as it is"), styles.count("norm_within")),
        Key(
            "norm_far_over", Words("不在户数范围内", "Out of range"), styles.count("norm_far_over")
        ),
        Key(
            "dedicated",
            Words("专属，不按户数", "Dedicated, not by households"),
            styles.count("dedicated"),
        ),
    ]
    return [key for key in keys if key.count]
