"""How many of the flaws of the demo district the proposed operations mend.

Run: ``python tests/bench/bench_mending.py [small|district]``. The district with its planted
flaws is checked; every finding is asked for a remedy, and one finding after the other is
mended by the first remedy that works, until none is left that can be.
"""

import sys
import time
from collections import Counter

import shapely

from api.tasks.compare_scenarios import NORMS
from api.tasks.watched import Watched, ranked
from geo import coords, demo, redraw

LEVELS = ("district", "subdistrict", "community", "grid", "microgrid")


def main() -> None:
    """Print what is mended, kind by kind, and what a check after an edit costs."""
    size = sys.argv[1] if len(sys.argv) > 1 else "district"
    layers = dict(demo.build(size=size, seed=1).layers)
    for name in LEVELS:
        crs = layers[name].crs
        moved = shapely.transform(
            layers[name].geometry.values, lambda xy, crs=crs: coords.settled(xy, crs)
        )
        layers[name] = layers[name].set_geometry(moved, crs=crs)
    fabric = redraw.fabric({name: layers[name] for name in LEVELS}, layers["building"])
    began = time.process_time()
    state = Watched(fabric)
    found = state.found()
    print(f"whole check {time.process_time() - began:.2f} s, {len(found)} findings")
    first = Counter(f.code for f in found)
    offered = Counter(f.code for f in found if redraw.remedies(fabric, f, norms=NORMS))
    works = Counter(f.code for f in found if redraw.cure(fabric, f, norms=NORMS))
    tried: set[tuple[object, ...]] = set()
    cured_s = checked_s = 0.0
    steps = 0
    while True:
        open_ = [f for f in ranked(found) if (f.code, f.features, f.area_m2) not in tried]
        if not open_:
            break
        tried.add((open_[0].code, open_[0].features, open_[0].area_m2))
        began = time.process_time()
        cured = redraw.cure(fabric, open_[0], norms=NORMS)
        cured_s += time.process_time() - began
        if cured is None:
            continue
        cured[1].on(fabric)
        began = time.process_time()
        state.note(cured[1], fabric)
        found = state.found()
        checked_s += time.process_time() - began
        steps += 1
    last = Counter(f.code for f in Watched(fabric).found())
    same = last == Counter(f.code for f in found)
    print(f"{'':20s}{'found':>7s}{'offered':>9s}{'works':>7s}{'left':>6s}")
    for code in sorted(first | last):
        print(f"{code:20s}{first[code]:7d}{offered[code]:9d}{works[code]:7d}{last[code]:6d}")
    total, some = sum(first.values()), sum(works.values())
    print(f"{some} of {total} ({some / total:.1%}) have a remedy that works; {steps} steps, "
          f"{1000 * cured_s / max(steps, 1):.0f} ms a remedy, {1000 * checked_s / max(steps, 1):.0f} ms "
          f"a check after it; the same as a whole check: {same}")  # fmt: skip


if __name__ == "__main__":
    main()
