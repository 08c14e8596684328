"""A scenario in memory: the map as its steps leave it, kept between requests.

The first question reads the base revision and repeats the steps; later ones take in only
the steps that came since, also those of other processes.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import RLock
from typing import Any

from pyproj import CRS
from sqlalchemy.orm import Session

from api.tasks.watched import Watched
from api.tasks.work import Work
from geo import coords, redraw, store
from geo.errors import GeoError, NotFound
from geo.layers import DEFAULT_SCHEME
from geo.store.scenarios import Scenario, Step

MOST_BASES, MOST_DESKS = 2, 12


@dataclass(frozen=True)
class Done:
    """A step that stands, with what was asked and what it changed."""

    step: int
    operation: redraw.Operation
    change: redraw.Change


@dataclass
class Desk:
    """A scenario's map after its step `step`, what stands, and what could be redone."""

    work: Work
    scenario: Scenario
    base: int
    fabric: redraw.Fabric
    step: int = 0
    done: list[Done] = field(default_factory=list)
    undone: list[Done] = field(default_factory=list)
    _watched: Watched | None = None

    def watched(self) -> Watched:
        """Give who looks after what is wrong with the map; it may be asked after the desk is left."""
        if self._watched is None:
            self._watched = Watched(self.fabric)
        return self._watched

    def catch_up(self, session: Session) -> None:
        """Take in the steps that came since."""
        self.scenario = store.scenarios.read(session, self.scenario.number)
        if self.scenario.step > self.step:
            for step in store.scenarios.steps(session, self.scenario.number, after=self.step):
                self.take(step)

    def take(self, step: Step) -> None:
        """Make a step that is kept."""
        if step.deed == "do":
            change = redraw.read_change(step.change, self.fabric)
            operation = redraw.read_operation(step.operation, self.fabric.crs)
            self.make(Done(step.step, operation, change))
        elif step.deed == "undo":
            self.undo()
        elif step.deed == "redo":
            self.redo()
        else:
            self.base = int(step.target or 0)
            self.fabric = base_fabric(self.work, self.base).copy()
            self.done, self.undone = [], []
            self._watched = None
        self.step = step.step

    def standing(self) -> dict[str, Any]:
        """Tell where the scenario stands, and what would be undone or redone next."""
        return {
            "scenario": self.scenario.number,
            "link": self.scenario.link,
            "name": self.scenario.name,
            "state": self.scenario.state,
            "base": self.base,
            "step": self.step,
            "undo": self.done[-1].change.label if self.done else None,
            "redo": self.undone[-1].change.label if self.undone else None,
            "done": [d.change.label for d in self.done[-20:]],
        }

    def make(self, deed: Done) -> None:
        """Make a change; what could be redone before no longer can."""
        self._turn(deed.change)
        self.done.append(deed)
        self.undone.clear()

    def undo(self) -> Done:
        """Take the last change back."""
        deed = self.done.pop()
        self._turn(deed.change.inverse())
        self.undone.append(deed)
        return deed

    def redo(self) -> Done:
        """Make the change again that was taken back last."""
        deed = self.undone.pop()
        self._turn(deed.change)
        self.done.append(deed)
        return deed

    def _turn(self, change: redraw.Change) -> None:
        change.on(self.fabric)
        if self._watched is not None:
            self._watched.note(change, self.fabric)


_BASES: OrderedDict[tuple[str, int], redraw.Fabric] = OrderedDict()
_DESKS: OrderedDict[tuple[str, int], Desk] = OrderedDict()
_GATES: dict[tuple[str, int], RLock] = {}
_NUMBERS: dict[tuple[str, str], int] = {}
_LOCK = RLock()


@contextmanager
def desk(work: Work, scenario: int | str) -> Iterator[Desk]:
    """Give a scenario's desk, up to date, to one thread at a time.

    After a fault that nobody foresaw the next question reads it anew.
    """
    key = str(work.db.engine.url), _number(work, scenario)
    with _LOCK:
        gate = _GATES.setdefault(key, RLock())
    with gate:
        with _LOCK:
            mine = _DESKS.pop(key, None)
        if mine is None:
            with work.db.read() as session:
                found = store.scenarios.read(session, key[1])
            mine = Desk(work, found, found.base, redraw_base(work, found))
        mine.work = work
        with work.db.read() as session:
            mine.catch_up(session)
        try:
            yield mine
        except GeoError:  # refused: the map is as it was
            _keep(key, mine)
            raise
        _keep(key, mine)


def _number(work: Work, scenario: int | str) -> int:
    """Give the number of a scenario, which its link has for ever."""
    name = str(work.db.engine.url), str(scenario)
    with _LOCK:
        known = _NUMBERS.get(name)
    if known is None:
        with work.db.read() as session:
            known = store.scenarios.read(session, scenario).number
        with _LOCK:
            _NUMBERS[name] = known
    return known


def _keep(key: tuple[str, int], mine: Desk) -> None:
    with _LOCK:
        _DESKS[key] = mine
        while len(_DESKS) > MOST_DESKS:
            _DESKS.popitem(last=False)


def redraw_base(work: Work, scenario: Scenario) -> redraw.Fabric:
    """Give a fresh copy of the map on which a scenario's steps begin."""
    with work.db.read() as session:
        steps = store.scenarios.steps(session, scenario.number)
    bases = [step.target for step in steps if step.deed == "rebase"]
    first = scenario.base if not bases else _first_base(work, scenario, steps)
    return base_fabric(work, first).copy()


def _first_base(work: Work, scenario: Scenario, steps: list[Step]) -> int:
    """Give the revision under the first step of a scenario that was rebased later."""
    told = next((s.operation.get("from") for s in steps if s.deed == "rebase"), None)
    return int(told) if told is not None else scenario.base


def base_fabric(work: Work, revision: int) -> redraw.Fabric:
    """Give the map of a revision; shared, so never to be changed."""
    key = str(work.db.engine.url), revision
    with _LOCK:
        if key in _BASES:
            _BASES.move_to_end(key)
            return _BASES[key]
    made = _read_fabric(work, revision)
    with _LOCK:
        _BASES[key] = made
        while len(_BASES) > MOST_BASES:
            _BASES.popitem(last=False)
    return made


def _read_fabric(work: Work, revision: int) -> redraw.Fabric:
    levels = [lv.name for lv in DEFAULT_SCHEME]
    with work.db.read() as session:
        frames = {
            name: store.areas.read(session, name, as_of=revision, extras=True) for name in levels
        }
        buildings = store.features.read(session, "building")
        used = store.areas.given(session)
    filled = [frame for frame in frames.values() if len(frame)]
    if not filled:
        raise NotFound(
            f"revision {revision} holds no areas",
            zh=f"第 {revision} 版没有任何区域",
            hint="import them first",
            hint_zh="请先导入区域",
        )
    west, _, east, _ = filled[0].total_bounds
    crs: CRS = coords.working_crs(float(west + east) / 2)
    metres = {name: coords.to_metres(frame, crs) for name, frame in frames.items()}
    homes = coords.to_metres(buildings, crs) if len(buildings) else None
    return redraw.fabric(metres, homes, used=used)
