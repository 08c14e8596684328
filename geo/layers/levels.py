"""Levels are data: an ordered scheme from the widest area to the narrowest."""

from dataclasses import dataclass

from geo.errors import BadInput


@dataclass(frozen=True, slots=True)
class Level:
    """One level: its name, what people call it, and how long its codes are (0: free)."""

    name: str
    zh: str
    en: str
    code_length: int
    parent: str | None


DEFAULT_SCHEME: tuple[Level, ...] = (
    Level("district", "区", "District", 6, None),
    Level("subdistrict", "街道", "Subdistrict", 9, "district"),
    Level("community", "社区", "Community", 12, "subdistrict"),
    Level("grid", "网格", "Grid", 15, "community"),
    Level("microgrid", "微网格", "Micro-grid", 17, "grid"),
)


def level(name: str, scheme: tuple[Level, ...] = DEFAULT_SCHEME) -> Level:
    """Give a level by name, or raise `BadInput` with the names there are."""
    for candidate in scheme:
        if candidate.name == name:
            return candidate
    names = ", ".join(lv.name for lv in scheme)
    raise BadInput(
        f"no level {name!r}",
        zh=f"没有“{name}”这一层级",
        hint=f"one of {names}",
        hint_zh=f"可用：{names}",
    )
