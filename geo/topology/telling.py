"""How a fault is spoken of: names, sizes and households, in Chinese and English."""

from typing import NamedTuple

from geo.topology.faults import Fault
from geo.topology.houses import Houses
from geo.topology.sheets import Sheet


class Words(NamedTuple):
    """A sentence and a hint, each in Chinese and English."""

    zh: str
    en: str
    hint_zh: str = ""
    hint_en: str = ""


class Told(NamedTuple):
    """A fault with what is needed to speak of it."""

    fault: Fault
    sheet: Sheet
    houses: Houses | None

    @property
    def level_zh(self) -> str:
        """The level's name in Chinese."""
        return self.sheet.level.zh

    @property
    def level_en(self) -> str:
        """The level's name in English, as inside a sentence."""
        return self.sheet.level.en.lower()

    def zh(self, *, first: int = 0, most: int = 3) -> str:
        """Name the areas concerned in Chinese."""
        rows = self.fault.areas[first:]
        listed = "、".join(self._label(i, "{}（{}）") for i in rows[:most])
        return f"{listed}等 {len(rows)} 个{self.level_zh}" if len(rows) > most else listed

    def en(self, *, first: int = 0, most: int = 3) -> str:
        """Name the areas concerned in English."""
        rows = self.fault.areas[first:]
        listed = ", ".join(self._label(i, "{} ({})") for i in rows[:most])
        return f"{listed} and {len(rows) - most} more" if len(rows) > most else listed

    @property
    def main_zh(self) -> str:
        """The area most concerned, in Chinese."""
        return self._label(self.fault.areas[0], "{}（{}）") if self.fault.areas else "（无）"

    @property
    def main_en(self) -> str:
        """The area most concerned, in English."""
        return self._label(self.fault.areas[0], "{} ({})") if self.fault.areas else "none"

    @property
    def area(self) -> str:
        """The size of the place in square metres."""
        size = self.fault.place.area
        return f"{size:,.0f}" if size >= 10 else f"{size:,.2f}"

    @property
    def homes_zh(self) -> str:
        """A clause on the households in the place, empty when there are no buildings."""
        count = self.houses.within(self.fault.place) if self.houses else 0
        return f"，涉及 {count} 户" if count else ""

    @property
    def homes_en(self) -> str:
        """The same in English."""
        count = self.houses.within(self.fault.place) if self.houses else 0
        return f", with {count} households" if count else ""

    def fact(self, name: str) -> str:
        """A fact of the fault, empty when unknown."""
        return self.fault.facts.get(name, "")

    def _label(self, row: int, form: str) -> str:
        code = str(self.sheet.codes[row]) or f"#{row}"
        name = str(self.sheet.names[row])
        return form.format(name, code) if name and name != code else code
