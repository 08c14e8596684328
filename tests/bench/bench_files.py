"""Files: the datum doctor over made-up towns, fuzzed files, and a million polygons into PostGIS.

python tests/bench/bench_files.py doctor [--cases 320]
python tests/bench/bench_files.py fuzz [--files 10000]
python tests/bench/bench_files.py load [--polygons 1000000]      (needs ogr2ogr)
"""

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

sys.path[:0] = [str(Path(__file__).resolve().parents[n]) for n in (2, 1)]

from datum_towns import CITIES, town  # noqa: E402

from geo import coords  # noqa: E402
from geo.files import doctor  # noqa: E402

PAIRS = (
    ("building", "building"), ("building", "street"), ("station", "building"), ("station", "street"),
    ("street", "street"), ("street", "building"), ("grid", "street"), ("grid", "outline"),
    ("building", "outline"), ("grid", "building"), ("homes", "building"),
)  # fmt: skip
TRUTHS = ("true", "true", "gcj02", "bd09", "shifted", "zone")


def case(seed: int) -> tuple[str, str, str, int, doctor.Diagnosis, float]:
    """Make one case and diagnose it: pair, city, truth, features, diagnosis, error in metres."""
    rng = np.random.default_rng(seed)
    city = list(CITIES)[seed % len(CITIES)]
    new_name, old_name = PAIRS[seed % len(PAIRS)]
    truth = TRUTHS[(seed // 3) % len(TRUTHS)]
    made = town(*CITIES[city], rng, size_m=float(rng.uniform(2500, 6000)))
    layer = made.building if new_name == "homes" else getattr(made, new_name)
    count = int(np.exp(rng.uniform(np.log(30), np.log(3000))))
    chosen = np.sort(rng.choice(len(layer), min(count, len(layer)), replace=False))
    new = layer.iloc[chosen].reset_index(drop=True)
    if new_name == "homes":
        new = new.set_geometry(new.centroid)
    noise = rng.normal(0, 5.0 / np.sqrt(2), (len(new), 2))
    moved = [
        shapely.transform(s, lambda p, d=d: p + d) for s, d in zip(new.geometry, noise, strict=True)
    ]
    new = gpd.GeoDataFrame(geometry=gpd.GeoSeries(moved, crs=made.crs))
    sent, vector = _told(coords.to_degrees(new), truth, rng, made)
    found = doctor.diagnose(sent, getattr(made, old_name))
    off = (
        np.hypot(found.east_m - vector[0], found.north_m - vector[1]) if truth == "shifted" else 0.0
    )
    return f"{new_name}/{old_name}", city, truth, len(new), found, float(off)


def _told(degrees, truth, rng, made):
    if truth in ("gcj02", "bd09"):
        way = coords.wgs_to_gcj if truth == "gcj02" else coords.wgs_to_bd
        shapes = shapely.transform(
            degrees.geometry.to_numpy(), lambda p: np.column_stack(way(*p.T))
        )
        return gpd.GeoDataFrame(geometry=gpd.GeoSeries(shapes, crs=4490)), (0, 0)
    if truth == "zone":
        sign = 3.0 * rng.choice([-1, 1])
        shapes = shapely.transform(degrees.geometry.to_numpy(), lambda p: p + np.array([sign, 0.0]))
        return gpd.GeoDataFrame(geometry=gpd.GeoSeries(shapes, crs=4490)), (0, 0)
    if truth == "shifted":
        far, angle = rng.uniform(60, 150), rng.uniform(0, 2 * np.pi)
        vector = (far * np.cos(angle), far * np.sin(angle))
        metres = coords.to_metres(degrees, made.crs)
        return coords.to_degrees(metres.set_geometry(metres.translate(*vector))), vector
    return degrees, (0, 0)


def run_doctor(cases: int) -> None:
    """Count right answers by pair and by truth, and false repairs of true layers."""
    right, total, wrong = Counter(), Counter(), []
    start = time.process_time()
    for seed in range(cases):
        pair, city, truth, count, found, off = case(seed)
        good = found.verdict == truth and off < 40
        for key in ("all", pair, truth, f"n<{100 if count < 100 else 3001}"):
            total[key] += 1
            right[key] += good
        if not good:
            wrong.append(
                f"{seed} {pair} {city} {truth} n={count}: {found.verdict} {found.confidence} {found.scores} off {off:.0f}"
            )
    for key in total:
        print(f"{key:20} {right[key]:4}/{total[key]:4}  {right[key] / total[key]:.1%}")
    print(*wrong, sep="\n")
    print(f"{(time.process_time() - start) / cases:.2f} s CPU a case")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["doctor"])
    parser.add_argument("--cases", type=int, default=320)
    told = parser.parse_args()
    run_doctor(told.cases)
