"""What can be told of groups, published or proposed: their members, why, and what they are worth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

import maps
from api.tasks.alliance_moves import LOADS
from api.tasks.alliance_presets import PRESETS, Preset
from api.tasks.publish_alliances import DRAFTS, FORMED, ReadAlliances, draft_of
from api.tasks.work import Form, Work
from geo import store
from geo.errors import BadInput


@dataclass(frozen=True)
class Told:
    """What is laid out: members with reasons, and what the plan was asked and is worth."""

    preset: Preset
    members: pd.DataFrame
    status: maps.Words
    inputs: dict[str, Any]
    result: dict[str, Any]

    @property
    def words(self) -> maps.Words:
        """Give the heading."""
        body, word = self.preset.body, self.preset.word
        if self.preset.kind == "alliance":
            return maps.Words("议事会联盟成员与理由", "Council alliances: members and reasons")
        return maps.Words(f"{word[0]}：{body[0]}与理由", f"{word[1].capitalize()}s and reasons")

    @property
    def unit(self) -> str:
        """Give the unit of the load."""
        return LOADS.get(str(self.inputs.get("load", "households")), LOADS["households"])[0]

    def groups(self) -> list[tuple[str, pd.DataFrame]]:
        """Give every group with its members: the head first, then the nearest."""
        order = self.members.sort_values(
            ["lead", "minutes", "id"], ascending=[False, True, True], kind="stable"
        )
        parts = [(str(name), part) for name, part in order.groupby("alliance_name", sort=False)]
        return sorted(parts, key=lambda pair: str(pair[1]["id"].iloc[0]))


class ReadDraft(Form):
    """Ask for a proposal as it was kept."""

    run_id: int

    def run(self, work: Work) -> dict[str, Any]:
        """Read it."""
        with work.db.read() as session:
            draft = draft_of(session, self.run_id)
        return {**draft.result, "run": draft.id, "asked": draft.inputs}


class ReadWeighed(Form):
    """Ask for a weighing as it was kept."""

    run_id: int

    def run(self, work: Work) -> dict[str, Any]:
        """Read it."""
        with work.db.read() as session:
            found = store.runs.read(session, self.run_id)
        if found.kind != "alliances_weighed":
            raise BadInput(
                f"run {self.run_id} is no weighing but {found.kind}",
                zh=f"运行 {self.run_id} 不是方案比选（{found.kind}）",
            )
        return {**found.result, "run": found.id, "asked": found.inputs}


def read_told(
    work: Work, preset: Preset, *, run_id: int | None = None, as_of: date | int | None = None
) -> Told:
    """Read the published groups of a preset, or a draft, with all that is told of them."""
    if run_id is not None:
        with work.db.read() as session:
            draft = draft_of(session, run_id)
        status = maps.Words(
            f"草案（运行 {draft.id}），未发布，供讨论", f"Draft (run {draft.id}), not published"
        )
        preset = PRESETS[draft.result["preset"]]
        return Told(preset, _whole(draft.result["members"]), status, draft.inputs, draft.result)
    found = ReadAlliances(preset=preset.key, as_of=as_of).run(work)
    number, day = (
        (found.revision.number, found.revision.effective.isoformat())
        if found.revision
        else ("", "")
    )
    status = maps.Words(f"第 {number} 版，{day} 起生效", f"Version {number}, in force from {day}")
    run: store.runs.Run | None = found.draft
    inputs, result = (run.inputs, run.result) if run else ({}, {})
    return Told(found.preset, _whole(found.members), status, inputs, result)


def _whole(members: Any) -> pd.DataFrame:
    """Fill what is not told of a member, such as one that joined later by hand."""
    frame = pd.DataFrame(members)
    texts = ("name", "community", "mentor", "needs_met", "needs_unmet", "zh", "en")
    numbers = ("load", "minutes", "seniority", "strength")
    for name in (*texts, *numbers):
        frame[name] = frame.get(name, "" if name in texts else 0.0)
        frame[name] = frame[name].fillna("" if name in texts else 0.0)
    for name in ("lead", "strong"):
        frame[name] = [value is True for value in frame.get(name, [False] * len(frame))]
    return frame


def drafts(work: Work, preset: Preset, *, limit: int = 20) -> list[store.runs.Run]:
    """Give the newest proposals of a preset, also those that were only weighed."""
    with work.db.read() as session:
        found = [run for kind in DRAFTS for run in store.runs.history(session, kind, limit=limit)]
    own = [run for run in found if run.result["preset"] == preset.key]
    return sorted(own, key=lambda run: -run.id)[:limit]


def latest_draft(work: Work, preset: Preset, ids: set[str]) -> int | None:
    """Give the newest draft that groups exactly the bodies with these ids; None without one."""
    with work.db.read() as session:
        found = [run for kind in FORMED for run in store.runs.history(session, kind, limit=5)]
    for run in sorted(found, key=lambda run: -run.id):
        same = {m["id"] for m in run.result["members"]} == ids
        if same and PRESETS[run.result["preset"]] == preset:
            return run.id
    return None
