"""The ground of many parents: which buildings stand on which, and every piece cut into cells."""

import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np
import shapely

from geo.layers import Progress, quiet
from geo.parcelling.cells import Cells, Lines, cells
from geo.parcelling.sides import Ints, Shapes

Given = TypeVar("Given")
Made = TypeVar("Made")
ALONE = 400
"""So many pieces are done sooner by one process than others are started."""
CHUNK = 40


@dataclass(frozen=True, slots=True)
class Ground:
    """Parents in pieces (one, unless a parent has several parts), and their buildings.

    ``pieces[p]`` belongs to parent ``parent[p]`` and holds the buildings ``rows[p]`` (positions
    in the table), cut into ``cells[p]``. ``points`` has a point on every building.
    """

    pieces: Shapes
    parent: Ints
    rows: tuple[Ints, ...]
    cells: tuple[Cells, ...]
    points: Shapes

    def neighbours(self) -> tuple[Ints, Ints]:
        """Give all pairs of neighbouring buildings (e, 2), and the piece of each."""
        pairs = [rows[own.pairs] for rows, own in zip(self.rows, self.cells, strict=True)]
        piece = np.repeat(np.arange(len(pairs)), [len(p) for p in pairs])
        return np.concatenate([np.zeros((0, 2), dtype=np.int64), *pairs]), piece


def ground(
    parents: Shapes,
    houses: Shapes,
    lines: Lines,
    *,
    workers: int = 0,
    progress: Progress = quiet,
) -> Ground:
    """Cut the ground of parents.

    Parameters
    ----------
    parents : (p,) Polygon or MultiPolygon
        In metres. A building belongs to the first parent that its point lies in.
    houses : (n,) Polygon or Point
    lines : Lines
        Of the whole district; each piece takes what meets it.
    workers : int
        Processes; 0: one a core where there is enough to do. The answer is always the same.
    """
    pieces, parent = shapely.get_parts(parents, return_index=True)
    points = np.asarray(shapely.point_on_surface(houses), dtype=object)
    house, piece = shapely.STRtree(pieces).query(points, predicate="intersects")
    home = np.full(len(houses), -1, dtype=np.int64)
    home[house[::-1]] = piece[::-1]
    order = np.argsort(home, kind="stable")
    first = np.searchsorted(home[order], np.arange(len(pieces) + 1))
    rows = tuple(order[a:b] for a, b in pairwise(first))
    met, line = shapely.STRtree(lines.shapes).query(pieces, predicate="intersects")
    order = np.lexsort((line, met))
    start = np.searchsorted(met[order], np.arange(len(pieces) + 1))
    asked = [
        (
            pieces[p],
            houses[rows[p]],
            points[rows[p]],
            lines.take(line[order][start[p] : start[p + 1]]),
        )
        for p in range(len(pieces))
    ]
    made = spread(_cut, asked, workers=workers, step="划分地块", progress=progress)
    return Ground(pieces, parent, rows, tuple(made), points)


def _cut(asked: tuple[shapely.Polygon, Shapes, Shapes, Lines]) -> Cells:
    return cells(*asked)


def spread(
    work: Callable[[Given], Made],
    asked: Sequence[Given],
    *,
    workers: int = 0,
    step: str = "",
    progress: Progress = quiet,
) -> list[Made]:
    """Do the same work for many, in several processes where that pays; answers keep their order."""
    count = workers or len(os.sched_getaffinity(0))
    made: list[Made] = []
    if count == 1 or (not workers and len(asked) < ALONE):
        for n, one in enumerate(asked):
            if n % CHUNK == 0:
                progress(step, n, len(asked))
            made.append(work(one))
        progress(step, len(asked), max(len(asked), 1))
        return made
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(count, mp_context=spawn) as pool:
        try:
            for done in pool.map(work, asked, chunksize=CHUNK):
                made.append(done)
                if len(made) % CHUNK == 0:
                    progress(step, len(made), len(asked))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    progress(step, len(asked), max(len(asked), 1))
    return made
