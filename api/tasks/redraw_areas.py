"""Work on a scenario: open one, do, undo and redo operations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal
from uuid import UUID

import shapely.geometry
from pydantic import Field

from api.tasks.desk import Desk, Done, desk
from api.tasks.work import Form, Work
from geo import redraw, store
from geo.errors import NotFound, RuleBroken
from geo.store.scenarios import Held, Scenario


class NewScenario(Form):
    """Branch a plan from a published revision, the latest without `base`."""

    name: str = Field(min_length=1, max_length=200)
    base: Annotated[int, Field(ge=0, lt=2**31)] | None = None

    def run(self, work: Work) -> Scenario:
        """Open it."""
        with work.db.session() as session:
            made = store.scenarios.open(session, self.name, work.who, base=self.base)
            store.audit.write(
                session, work.who, "scenario new", subject=str(made.number),
                detail={"name": self.name, "base": made.base},
            )  # fmt: skip
        return made


class ListScenarios(Form):
    """List plans, the newest first."""

    state: Literal["open", "published", "dropped"] | None = None

    def run(self, work: Work) -> list[Scenario]:
        """Read them."""
        with work.db.read() as session:
            return store.scenarios.listed(session, state=self.state)


class DropScenario(Form):
    """Give a plan up; its steps stay."""

    scenario: int | str

    def run(self, work: Work) -> int:
        """Close it."""
        with work.db.session() as session:
            number = store.scenarios.read(session, self.scenario).number
            store.scenarios.drop(session, number)
            store.audit.write(session, work.who, "scenario drop", subject=str(number))
        return number


class ApplyOperation(Form):
    """Do an operation in a scenario.

    `operation` is ``{"op": "split", …}`` with geometries as GeoJSON in degrees; a street may
    be named (id or name) instead;
    `expected` the last step that the user has seen (None: whatever it is); `id` makes a
    repeated request one step; `dry_run` only tells what would happen; `keep` names areas of
    the operation's level that must stay as they are.
    """

    scenario: int | str
    operation: dict[str, Any]
    expected: int | None = None
    id: UUID | None = None
    dry_run: bool = False
    keep: tuple[str, ...] = ()

    def run(self, work: Work) -> Redrawn:
        """Work the change out on the map as it is, then add it as a step."""
        with desk(work, self.scenario) as mine:
            _require(work, mine, self.expected)
            crs = mine.fabric.crs
            operation = redraw.read_operation(_drawn(work, self.operation), crs)
            change = redraw.change(mine.fabric, operation)
            _spared(change, operation.level, self.keep)
            _within(work, change)
            if not self.dry_run:
                with work.db.session() as session:
                    step = store.scenarios.append(
                        session, mine.scenario.number, "do", work.who,
                        expected=mine.step, label=change.label, id=self.id,
                        operation=redraw.written_operation(operation, crs),
                        change=redraw.written(change, crs),
                    )  # fmt: skip
                if step == mine.step + 1:
                    mine.make(Done(step, operation, change))
                    mine.step = step
            return _redrawn(work, mine, change)


class UndoOperation(Form):
    """Take back the last operation that stands; endless, and it survives restarts."""

    scenario: int | str
    expected: int | None = None

    def run(self, work: Work) -> Redrawn:
        """Add a step that undoes."""
        return _turn(work, self.scenario, self.expected, "undo")


class RedoOperation(Form):
    """Do again what was taken back last, as long as nothing else was done since."""

    scenario: int | str
    expected: int | None = None

    def run(self, work: Work) -> Redrawn:
        """Add a step that redoes."""
        return _turn(work, self.scenario, self.expected, "redo")


@dataclass(frozen=True)
class Redrawn:
    """What a step did: its number, the change, who else works there, where the scenario stands."""

    scenario: int
    step: int
    change: redraw.Change
    fabric: redraw.Fabric
    held: tuple[Held, ...]
    base: int
    standing: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """Give plain values: areas that came or changed, areas that went, lineage, offers."""
        crs = self.fabric.crs
        told = redraw.written(self.change, crs)
        after = {(a["level"], a["code"]) for a in told["after"]}
        stay = {a.key for a in self.change.moved_ground}
        return {
            "scenario": self.scenario,
            "step": self.step,
            "label": self.change.label,
            "areas": [
                {k: a[k] for k in ("level", "code", "name", "kind", "parent", "households")}
                for a in told["after"]
                if (a["level"], a["code"]) in stay
            ],
            "noded": len(after) - len(stay),
            "drop": [list(key) for key in _dropped(self.change)],
            "links": told["links"],
            "offers": told["offers"],
            "held": [{"community": h.community, "who": h.who} for h in self.held],
        }


def _dropped(change: redraw.Change) -> list[tuple[str, str]]:
    after = {a.key for a in change.after}
    return [a.key for a in change.before if a.key not in after]


def _turn(
    work: Work, scenario: int | str, expected: int | None, deed: Literal["undo", "redo"]
) -> Redrawn:
    with desk(work, scenario) as mine:
        _require(work, mine, expected)
        stack = mine.done if deed == "undo" else mine.undone
        if not stack:
            words = {"undo": ("nothing to undo", "没有可撤销的操作"),
                     "redo": ("nothing to redo", "没有可重做的操作")}  # fmt: skip
            raise RuleBroken(words[deed][0], zh=words[deed][1], where=[str(scenario)])
        last = stack[-1]
        _within(work, last.change)
        with work.db.session() as session:
            step = store.scenarios.append(
                session, mine.scenario.number, deed, work.who,
                expected=mine.step, label=last.change.label, target=last.step,
            )  # fmt: skip
        made = mine.undo() if deed == "undo" else mine.redo()
        mine.step = step
        change = made.change.inverse() if deed == "undo" else made.change
        return _redrawn(work, mine, change)


def _within(work: Work, change: redraw.Change) -> None:
    """Refuse what reaches beyond the areas that were named for who asks."""
    gone = (code for _, code in _dropped(change))
    work.asker.require_within({*gone, *(a.code for a in change.moved_ground)})


def _spared(change: redraw.Change, level: str, keep: tuple[str, ...]) -> None:
    """Refuse what would change an area that was to stay as it is."""
    moved = {*_dropped(change), *(a.key for a in change.moved_ground)}
    if locked := sorted(ref for ref in keep if (level, ref) in moved):
        raise RuleBroken(
            f"{', '.join(locked[:3])} would change, but is locked",
            zh=f"{'、'.join(locked[:3])} 已锁定，此操作会改动它",
            where=locked,
            hint="unlock it, or draw elsewhere",
            hint_zh="请先解锁，或改画别处",
        )


def _require(work: Work, mine: Desk, expected: int | None) -> None:
    if expected is not None and expected != mine.step:
        with work.db.read() as session:
            store.scenarios.require(session, mine.scenario, expected)


def _redrawn(work: Work, mine: Desk, change: redraw.Change) -> Redrawn:
    """Tell what was done, and who else works in the communities that were touched."""
    touched = {a.code[:12] for a in change.moved_ground}
    with work.db.read() as session:
        held = store.scenarios.held(session, mine.scenario.number)
    others = tuple(h for h in held if h.community in touched and h.who != work.who)
    return Redrawn(
        mine.scenario.number, mine.step, change, mine.fabric, others, mine.base, mine.standing()
    )


def _drawn(work: Work, operation: dict[str, Any]) -> dict[str, Any]:
    """Give an operation with the course of the street that it names."""
    street = operation.get("street")
    return operation | {"street": _course(work, street)} if isinstance(street, str) else operation


def _course(work: Work, street: str) -> dict[str, Any]:
    with work.db.read() as session:
        streets = store.features.read(session, "street")
    hit = streets[(streets["id"] == street) | (streets["name"] == street)]
    if not len(hit):
        raise NotFound(f"no street {street}", zh=f"没有道路“{street}”", where=[street])
    return dict(shapely.geometry.mapping(hit.geometry.union_all()))
