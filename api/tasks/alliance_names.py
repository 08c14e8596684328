"""What groups are called: after the place of their lead, or by direction."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from api.tasks.alliance_presets import PRESETS, Preset
from api.tasks.bodies import Bodies
from geo import finding, grouping

ENDINGS = ("居民委员会", "村民委员会", "社区", "居委会", "村委会", "村")
BODIES = ("党群议事会", "议事会")


@dataclass(frozen=True, slots=True)
class Name:
    """A name in both languages."""

    zh: str
    en: str


def names(preset: Preset, bodies: Bodies, plan: grouping.Partition) -> list[Name]:
    """Give every group a name of its own."""
    if preset.by_compass:
        alike = np.ones(len(plan.labels))
        found = grouping.compass.directions(bodies.xy, plan.labels, alike)
        return [Name(d.zh + preset.suffix[0], f"{d.en} {preset.suffix[1]}") for d in found]
    called = places(bodies)
    stems = [called.get(str(bodies.table["community"].iloc[c]), "") for c in plan.centres]
    own = [stem(str(bodies.table["name"].iloc[c])) for c in plan.centres]
    stems = [s or o for s, o in zip(stems, own, strict=True)]
    return [_named(s, stems[:i], preset) for i, s in enumerate(stems)]


def places(bodies: Bodies) -> dict[str, str]:
    """Give the name of every community without what it is."""
    frame = bodies.scene.frame("community")
    return {
        str(code): stem(str(name)) for code, name in zip(frame["code"], frame["name"], strict=True)
    }


def stem(name: str) -> str:
    """Give a place's name without what it is.

    Examples
    --------
    >>> stem("乔家社区"), stem("斜桥村第1党群议事会"), stem("村")
    ('乔家', '斜桥村第1', '村')
    """
    for ending in (*BODIES, *ENDINGS):
        if len(name) > len(ending) and name.endswith(ending):
            return name.removesuffix(ending)
    return name


def letters(name: str) -> str:
    """Give a name in letters, and the usual endings in English.

    Examples
    --------
    >>> letters("乔家联盟"), letters("东部区域集团")
    ('Qiaojia Alliance', 'East Group')
    """
    for preset in PRESETS.values():
        zh, en = preset.suffix
        if len(name) > len(zh) and name.endswith(zh):
            return f"{letters(name.removesuffix(zh))} {en}"
    if (way := _ways().get(name)) is not None:
        return way
    return "".join(finding.readings(name)[0]).capitalize()


@cache
def _ways() -> dict[str, str]:
    compass = grouping.compass
    return {d.zh: d.en for d in (*compass.MAIN, *compass.BETWEEN, compass.MIDDLE)}


def _named(place: str, before: list[str], preset: Preset) -> Name:
    """Number the second and further groups of one place."""
    zh, en = preset.suffix
    told = letters(place)
    if (seen := before.count(place)) > 0:
        return Name(f"{place}第{seen + 1}{zh}", f"{told} {en} {seen + 1}")
    return Name(f"{place}{zh}", f"{told} {en}")
