"""The planner's view of groups: their map with loads, scores and reasons, and the papers of it."""

from __future__ import annotations

import maps
from api.tasks.alliance_presets import Preset
from api.tasks.alliance_told import drafts, read_told
from api.tasks.bodies import read_shapes
from api.tasks.draw_maps import of_told
from api.tasks.work import Work
from geo import store
from geo.errors import NotFound

VIEW = "/plan/alliances"
SHOWN = 12
"""Drafts that are linked beside the map."""


def planner_page(work: Work, base: maps.Base, preset: Preset, run_id: int | None) -> maps.Page:
    """Draw the published groups, or a draft; without either, the newest draft.

    Raises
    ------
    NotFound
        When nothing is published and there is no draft.
    """
    found = drafts(work, preset, limit=SHOWN)
    try:
        told = read_told(work, preset, run_id=run_id)
    except NotFound:
        if run_id is not None or not found:
            raise
        run_id = found[0].id
        told = read_told(work, preset, run_id=run_id)
    _, shapes = read_shapes(work, told.preset)
    found = [run for run in found if run.id != run_id]
    return maps.with_papers(
        of_told(told, shapes, base), _papers(told.preset, run_id), _drafts(told.preset, found)
    )


def _papers(preset: Preset, run_id: int | None) -> list[maps.Paper]:
    own = f"preset={preset.key}" + (f"&run={run_id}" if run_id else "")
    words, force = maps.Words, f"{VIEW}?preset={preset.key}"
    return [
        maps.Paper(words("理由书（可打印）", "Booklet of reasons"), f"{VIEW}/booklet?{own}"),
        maps.Paper(words("工作簿 XLSX", "Workbook"), f"{VIEW}/workbook.xlsx?{own}"),
        maps.Paper(words("现行编组", "In force"), force, here=run_id is None),
    ]


def _drafts(preset: Preset, found: list[store.runs.Run]) -> list[maps.Paper]:
    return [
        maps.Paper(
            maps.Words(f"草案 {run.id}：{_told(run)}", f"Draft, {run.finished:%Y-%m-%d %H:%M}"),
            f"{VIEW}?preset={preset.key}&run={run.id}",
        )
        for run in found
    ]


def _told(run: store.runs.Run) -> str:
    """Say what a draft is worth, in a few words."""
    result = run.result
    return f"步行 {result['minutes_mean']:.1f} 分钟、偏差 {result['load_deviation']:.1%}"
