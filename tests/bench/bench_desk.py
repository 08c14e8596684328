"""The desk under hand: from the press of a key or button until the map stands repainted.

Run: ``make bench-desk`` (or ``python tests/bench/bench_desk.py [strokes]``). Serves Latticeton
(1,000 grids, 4,000 micro-grids, 100,000 buildings) from a process of its own, drives `/plan` in
Chromium on this host, and prints p50 and p95 of every kind of stroke by the page's own clock,
from the event to the frame after, and of the counts while dragging.
"""

import multiprocessing
import os
import signal
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

TESTS = Path(__file__).resolve().parents[1]
SPOT = """([ref, dx, dy]) => {
  const { desk } = Wangge, it = desk.areas.get(ref), [w, n, e, s] = it.box;
  const at = [w + (e - w) * dx, n + (s - n) * dy], p = desk.map.latLngToContainerPoint(Wangge.toLatLng(...at));
  const box = desk.map.getContainer().getBoundingClientRect();
  return [box.x + p.x, box.y + p.y];
}"""
MIDDLE = """([a, b]) => {
  const { desk } = Wangge, [line] = Wangge.shared(desk.areas.get(a), desk.areas.get(b)), far = Wangge.lengthOf(line) / 2;
  const p = desk.map.latLngToContainerPoint(Wangge.toLatLng(...Wangge.stretch(line, far, far)[0]));
  const box = desk.map.getContainer().getBoundingClientRect();
  return [box.x + p.x, box.y + p.y];
}"""
MEASURED = "() => performance.getEntriesByType('measure').map(m => [m.name, m.duration])"


def _serve(port: int) -> None:
    sys.path[:] = [str(TESTS.parent), *sys.path, str(TESTS)]
    import databases
    import latticeton
    import uvicorn

    from api.http import create_app
    from geo import store

    with databases.private_home() as home:
        db = store.connect(store.cluster.ensure(home))
        store.upgrade(db)
        app = create_app(latticeton.kept(db), draw_first=False)
        uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")
        db.close()


class Hand:
    """A planner's hand on the page."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.step = 0

    def stands(self) -> None:
        """Wait until the next step stands."""
        self.step += 1
        self.page.wait_for_function(
            "n => document.getElementById('stand').textContent.includes(`第 ${n} 步`)",
            arg=self.step, timeout=60_000,
        )  # fmt: skip
        self.page.wait_for_timeout(400)

    def at(self, ref: str, dx: float, dy: float) -> tuple[float, float]:
        """Give where a place of an area is on the screen, by shares of its box."""
        x, y = self.page.evaluate(SPOT, [ref, dx, dy])
        return x, y

    def go(self, ref: str) -> None:
        """Bring an area to the middle, and choose nothing."""
        self.page.keyboard.press("Escape")
        self.page.evaluate("r => { Wangge.desk.go(r); Wangge.desk.select(null); }", ref)
        self.page.wait_for_timeout(250)

    def split(self, ref: str, _: str) -> None:
        self.page.keyboard.press("s")
        self.page.mouse.click(*self.at(ref, -0.05, 0.4))
        self.page.mouse.click(*self.at(ref, 1.05, 0.6))
        self.page.keyboard.press("Enter")

    def merge(self, ref: str, other: str) -> None:
        self.page.keyboard.press("m")
        self.page.mouse.click(*self.at(ref, 0.5, 0.5))
        self.page.mouse.click(*self.at(other, 0.5, 0.5))

    def border(self, ref: str, other: str) -> None:
        self.page.evaluate("r => Wangge.desk.select(r)", ref)
        self.page.keyboard.press("e")
        x, y = self.page.evaluate(MIDDLE, [ref, other])
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(*self.at(other, 0.25, 0.5), steps=12)
        self.page.mouse.up()

    def assign(self, ref: str, other: str) -> None:
        self.page.evaluate("r => Wangge.desk.select(r)", ref)
        self.page.keyboard.press("a")
        self.page.mouse.move(*self.at(other, -0.04, 0.1))
        self.page.mouse.down()
        for corner in ((0.3, 0.1), (0.3, 0.9), (-0.04, 0.9)):
            self.page.mouse.move(*self.at(other, *corner), steps=8)
        self.page.mouse.up()


def measure(strokes: int) -> None:
    """Print the times."""
    sys.path[:] = [str(TESTS.parent), *sys.path, str(TESTS)]
    import socket

    from browsers import CHROMIUM, QUIET
    from playwright.sync_api import sync_playwright

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(port,))
    server.start()
    try:
        with sync_playwright() as driver:
            chromium = driver.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
            page = chromium.new_page(
                viewport={"width": 1440, "height": 900}, reduced_motion="reduce"
            )
            for _ in range(600):
                try:
                    page.goto(f"http://127.0.0.1:{port}/plan", timeout=300_000)
                    break
                except Exception:  # not yet listening
                    time.sleep(1)
            page.wait_for_function("() => window.__deskReady", timeout=300_000)
            page.locator("#plan-name").fill("bench")
            page.keyboard.press("Enter")
            page.wait_for_function("() => Wangge.desk.plan.link", timeout=60_000)
            page.wait_for_timeout(20_000)  # the first look at the whole
            _strokes(page, strokes)
            chromium.close()
    finally:
        if server.pid is not None:
            os.kill(server.pid, signal.SIGINT)
        server.join()


def _strokes(page: Any, strokes: int) -> None:
    hand, rng = Hand(page), np.random.default_rng(5)
    for kind in (hand.split, hand.merge, hand.border, hand.assign):
        for _ in range(strokes):
            community = f"321198001{int(rng.integers(1, 41)):03d}"
            one, other = f"{community}{int(rng.integers(6, 21)):03d}", ""
            row, column = divmod(int(one[-3:]) - 1, 5)
            other = f"{community}{row * 5 + (column + 1 if column < 4 else column - 1) + 1:03d}"
            one, other = sorted((one, other))
            if not page.evaluate(
                "([a, b]) => Wangge.desk.areas.get(a) && Wangge.desk.areas.get(b) && true",
                [one, other],
            ):
                continue
            hand.go(one)
            kind(one, other)
            hand.stands()
            page.keyboard.press("Control+z")
            hand.stands()
    told: defaultdict[str, list[float]] = defaultdict(list)
    for name, ms in page.evaluate(MEASURED):
        told[name].append(ms)
        if name != "live":
            told["every stroke"].append(ms)
    for name, times in told.items():
        p50, p95 = np.percentile(times, [50, 95])
        print(f"  {name:20s} {len(times):4d} times: p50 {p50:6.1f} ms, p95 {p95:6.1f} ms")


if __name__ == "__main__":
    measure(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
