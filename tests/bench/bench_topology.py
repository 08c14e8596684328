"""How fast one level is checked, against one pass of shapely.coverage_invalid_edges.

Run: ``python tests/bench/bench_topology.py [areas]`` (default 1,000,000; squares, then
hexagons; a sound tessellation and one with 100 flaws).
"""

import sys
import time
from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from geo import topology
from geo.layers import GridLayer


def squares(count: int) -> np.ndarray:
    """Give about `count` squares of 100 m that share their corners."""
    side = int(count**0.5)
    x, y = (axis.ravel() * 100.0 for axis in np.meshgrid(np.arange(side), np.arange(side)))
    return shapely.box(x + 4e5, y + 3.5e6, x + 4e5 + 100, y + 3.5e6 + 100)


def hexagons(count: int) -> np.ndarray:
    """Give about `count` hexagons whose common vertices come from one table."""
    side = int(count**0.5)
    column, row = (axis.ravel() for axis in np.meshgrid(np.arange(side), np.arange(side)))
    i, j = 2 * column + row % 2, 3 * row
    steps = np.array([(0, -2), (1, -1), (1, 1), (0, 2), (-1, 1), (-1, -1)])
    x = 4e5 + 43.30127018922193 * (i[:, None] + steps[:, 0])
    y = 3.5e6 + 25.0 * (j[:, None] + steps[:, 1])
    return shapely.polygons(np.stack([x, y], axis=-1))


def layer(shapes: np.ndarray) -> GridLayer:
    """Give grids with legal codes, without parents, within the norm."""
    codes = np.char.add("321198", np.char.zfill(np.arange(len(shapes)).astype(str), 9))
    data = {"code": codes, "name": "", "kind": "comprehensive", "parent": "", "households": 400}
    return GridLayer(gpd.GeoDataFrame(data, geometry=shapes, crs=4549))


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Run once; give seconds of processor time and the answer."""
    start = time.process_time()
    answer = work()
    return time.process_time() - start, answer


def after_edits(count: int, edits: int = 50) -> None:
    """Print what a check after an edit costs, beside the whole check."""
    for side in (count // 100, count):
        table = layer(squares(side))
        whole_s, _ = timed(lambda t=table: topology.check({"grid": t}))
        watch = topology.Watch({"grid": table})
        picks = np.random.default_rng(2).choice(len(table), edits, replace=False)

        def edit(
            table: GridLayer = table, watch: topology.Watch = watch, picks: Any = picks
        ) -> int:
            found = 0
            for i in picks.tolist():
                row = table.iloc[[i]].copy()
                row.geometry = row.geometry.buffer(-3.0, join_style="mitre")
                touched = watch.swap("grid", [str(row["code"].iloc[0])], row)
                found += len(topology.recheck(watch, touched))
            return found

        edits_s, found = timed(edit)
        print(
            f"{len(table):,} squares: whole check {whole_s:.2f} s, after an edit "
            f"{1000 * edits_s / edits:.2f} ms ({edits} edits, {found} findings)"
        )


def main() -> None:
    """Print seconds and ratios."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    for make in (squares, hexagons):
        shapes = make(count)
        flawed = shapes.copy()
        hit = np.random.default_rng(1).choice(len(shapes), 100, replace=False)
        flawed[hit] = shapely.buffer(shapes[hit], -5.0, join_style="mitre")
        for name, ground in (("sound", shapes), ("100 gaps", flawed)):
            table = layer(ground)
            pass_s, _ = timed(lambda g=ground: shapely.coverage_invalid_edges(g))
            check_s, found = timed(lambda t=table: topology.check({"grid": t}))
            print(
                f"{len(ground):,} {make.__name__}, {name}: coverage_invalid_edges {pass_s:.1f} s, "
                f"check {check_s:.1f} s, ratio {check_s / pass_s:.2f}, {len(found)} findings"
            )
    after_edits(count // 20)


if __name__ == "__main__":
    main()
