"""A planner at the desk, as the tests of it see one."""

from itertools import count

from playwright.sync_api import expect
from visits import Visit

NAMES = count(1)
GRIDS = """() => JSON.stringify([...Wangge.desk.levels.grid.items.values()]
  .map(a => [a.ref, a.households, [...a.xs].map((x, k) => x + " " + a.ys[k]).sort()]).sort())"""
PLACE = """([ref, dx, dy]) => {
  const { desk } = Wangge, [w, n, e, s] = desk.areas.get(ref).box;
  const p = desk.map.latLngToContainerPoint(Wangge.toLatLng(w + (e - w) * dx, n + (s - n) * dy));
  const box = desk.map.getContainer().getBoundingClientRect();
  return [box.x + p.x, box.y + p.y];
}"""


class Planner:
    """Who works on a scenario in one browser."""

    def __init__(self, seen: Visit) -> None:
        self.seen = seen
        self.page = seen.page
        self.page.wait_for_function("() => window.__deskReady")

    def opens(self) -> "Planner":
        """Open a scenario of one's own."""
        self.page.locator("#plan-name").fill(f"方案 {next(NAMES)}")
        self.page.keyboard.press("Enter")
        self.stands(0)
        return self

    def stands(self, step: int) -> None:
        """Wait until the desk stands at a step."""
        expect(self.page.locator("#stand")).to_contain_text(f"第 {step} 步", timeout=20_000)

    def grids(self) -> str:
        """Give every grid with its households and vertices."""
        return str(self.seen.run(GRIDS))

    def households(self, ref: str) -> int:
        """Give the households of a grid as the desk has them."""
        return int(self.seen.run("r => Wangge.desk.levels.grid.get(r).households", ref))

    def keys(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def chooses(self, name: str) -> None:
        """Choose a grid from the list, by keyboard alone."""
        self.keys("Escape", "g", "Control+a")
        self.page.keyboard.type(name)
        self.page.locator("#list tbody button").first.press("Enter")
        self.page.get_by_role("button", name="选定").press("Enter")

    def at(self, ref: str, dx: float = 0.5, dy: float = 0.5) -> tuple[float, float]:
        """Give where a place in the box of a grid is on the screen."""
        x, y = self.seen.run(PLACE, [ref, dx, dy])
        return x, y

    def clicks(self, ref: str, dx: float = 0.5, dy: float = 0.5) -> None:
        """Click a place in the box of a grid."""
        self.page.mouse.click(*self.at(ref, dx, dy))

    def drags(self, *spots: tuple[str, float, float]) -> None:
        """Drag over some places; let go at the last."""
        self.page.mouse.move(*self.at(*spots[0]))
        self.page.mouse.down()
        for spot in spots[1:]:
            self.page.mouse.move(*self.at(*spot), steps=6)
        expect(self.page.locator(".live")).to_contain_text("≈")
        self.page.mouse.up()

    def hears(self, text: str) -> None:
        """Wait for what the desk says."""
        expect(self.page.locator("#hint")).to_contain_text(text, timeout=20_000)

    def well(self, *refused: str) -> None:
        """Check that the page asked nobody else, and that only what was meant to was refused."""
        assert self.seen.foreign == []
        assert [f for f in self.seen.faults if not any(code in f for code in refused)] == []
