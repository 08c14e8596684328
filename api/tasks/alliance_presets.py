"""Customary kinds of groups: 议事会联盟、区域集团、志愿服务队、村庄片区."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

PresetName = Literal["alliances", "regions", "teams", "villages"]
Pair = tuple[str, str]
"""The same word in Chinese and English."""


@dataclass(frozen=True)
class Preset:
    """A customary kind of group, with what is usual for it.

    `key` is its name in a form, `kind` in the store; `layer` what is grouped, in words `body`;
    `word` what a group is called, `suffix` how its name ends; `head` what the body in its
    middle is; `by_compass`: named by direction; `spaced`: what is grouped does not tile the
    ground, so that neighbours are those with nobody between.
    """

    key: PresetName
    kind: str
    layer: str
    body: Pair
    word: Pair
    suffix: Pair
    head: Pair
    defaults: Mapping[str, object]
    by_compass: bool = False
    spaced: bool = False


def _usual(groups: int, tolerance: float, load: str, hub: str, skills: str) -> dict[str, object]:
    return {
        "groups": groups, "tolerance": tolerance, "load": load, "hub": hub, "skills": skills,
    }  # fmt: skip


_LEAD, _CENTRE = ("牵头单位", "lead"), ("中心", "centre")
PRESETS: dict[str, Preset] = {
    preset.key: preset
    for preset in (
        Preset(
            "alliances", "alliance", "council", ("议事会", "council"), ("联盟", "alliance"),
            ("联盟", "Alliance"), _LEAD, _usual(9, 0.15, "households", "lead", "most"),
        ),
        Preset(
            "regions", "regional_group", "community", ("社区", "community"),
            ("区域集团", "regional group"), ("部区域集团", "Group"), _CENTRE,
            _usual(4, 0.1, "households", "any", "none"), by_compass=True,
        ),
        Preset(
            "teams", "team", "institution", ("驻区单位", "institution"),
            ("志愿服务队", "volunteer team"), ("部志愿服务队", "Volunteers"), _LEAD,
            _usual(5, 0.25, "bodies", "any", "most"), by_compass=True, spaced=True,
        ),
        Preset(
            "villages", "cluster", "community", ("村", "village"), ("片区", "cluster"),
            ("片区", "Cluster"), _CENTRE, _usual(2, 0.35, "households", "any", "none"), spaced=True,
        ),
    )
}  # fmt: skip
