"""Files: the datum doctor over made-up towns, fuzzed files, and a million polygons into PostGIS.

python tests/bench/bench_files.py doctor [--cases 330] [--first 5000]
python tests/bench/bench_files.py fuzz [--files 10000]
python tests/bench/bench_files.py hostile
python tests/bench/bench_files.py load [--polygons 1000000]      (needs ogr2ogr)
"""

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import shapely

sys.path[:0] = [str(Path(__file__).resolve().parents[n]) for n in (2, 1)]

import mutated  # noqa: E402
from databases import private_home  # noqa: E402
from datum_towns import CITIES, town  # noqa: E402
from hostile import HEAVY, HOSTILE  # noqa: E402

from api.tasks.import_ground import SURE  # noqa: E402
from geo import coords, files, store  # noqa: E402
from geo.errors import GeoError  # noqa: E402
from geo.files import doctor  # noqa: E402
from geo.store import cluster  # noqa: E402

PAIRS = (
    ("building", "building"), ("building", "street"), ("station", "building"), ("station", "street"),
    ("street", "street"), ("street", "building"), ("grid", "street"), ("grid", "outline"),
    ("building", "outline"), ("grid", "building"), ("homes", "building"),
)  # fmt: skip
BATCH = 250
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


def run_doctor(cases: int, first: int) -> None:
    """Count right answers by pair and by truth, and false repairs of true layers."""
    right, total, wrong = Counter(), Counter(), []
    start = time.process_time()
    for seed in range(first, first + cases):
        pair, city, truth, count, found, off = case(seed)
        good = found.verdict == truth and off < 40
        for key in ("all", pair, truth, f"n<{100 if count < 100 else 3001}"):
            total[key] += 1
            right[key] += good
        repaired = truth == "true" and found.sick and found.confidence >= SURE
        total["true layers that would be moved"] += truth == "true"
        right["true layers that would be moved"] += repaired
        if not good:
            wrong.append(
                f"{seed} {pair} {city} {truth} n={count}: {found.verdict} {found.confidence} {found.scores} off {off:.0f}"
            )
    for key in total:
        print(f"{key:20} {right[key]:4}/{total[key]:4}  {right[key] / total[key]:.1%}")
    print(*wrong, sep="\n")
    print(f"{(time.process_time() - start) / cases:.2f} s CPU a case")


def run_fuzz(count: int) -> None:
    """Read damaged files in children; count what was read and refused, and what ended a child."""
    with tempfile.TemporaryDirectory() as folder:
        good = Path(folder) / "good"
        good.mkdir()
        kept = mutated.seeds(good)
        total: Counter[str] = Counter()
        for batch in range(0, count, BATCH):
            total += _batch(kept, Path(folder) / "hurt", range(batch, min(batch + BATCH, count)))
            print(f"{batch + BATCH} files: {dict(total)}", flush=True)


def _batch(kept: list[Path], hurt: Path, numbers: range) -> Counter[str]:
    """Read some damaged files in a child of their own; a crash or hang names its file."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        for i in numbers:
            signal.setitimer(signal.ITIMER_PROF, 10)  # of CPU: the machine may be busy
            os.write(writing, f"{i} {_outcome(kept, hurt, i)}\n".encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as said:
        lines = said.read().splitlines()
    _, status = os.waitpid(child, 0)
    total = Counter(line.split(" ", 1)[1] for line in lines)
    if status:
        total[f"CHILD ENDED {status} after {lines[-1] if lines else 'nothing'}"] += 1
    return total


def _outcome(kept: list[Path], hurt: Path, i: int) -> str:
    path = mutated.mutated(kept[i % len(kept)], hurt, np.random.default_rng(i))
    try:
        files.read(path, layer="street" if path.suffix == ".osm" else "grid")
    except GeoError:
        return "refused"
    except BaseException as fault:  # what a fuzz run is for
        return f"WRONG {path.suffix} {type(fault).__name__} {str(fault)[:80]}"
    return "read"


def run_hostile() -> None:
    """Read hostile files, each in a child: what it answers, in how many seconds, with how much memory."""
    for name, make in [*((n, m) for n, (m, _) in HOSTILE.items()), *HEAVY.items()]:
        with tempfile.TemporaryDirectory() as folder:
            made = _in_child(lambda make=make, folder=folder: str(make(Path(folder))))
            path = Path(made[0])
            layer = path.stem if path.stem in ("street", "station") else "grid"
            said, cpu_s, most_mb = _in_child(lambda path=path, layer=layer: _answer(path, layer))
            size_mb = path.stat().st_size / 2**20
            print(
                f"{name:28} {size_mb:7.1f} MB  {cpu_s:5.1f} s CPU  {most_mb:5.0f} MB held  {said}",
                flush=True,
            )


def _answer(path: Path, layer: str) -> str:
    try:
        return f"read: {files.read(path, layer=layer)[1].counts()}"
    except GeoError as fault:
        return f"refused: {fault.message}"[:110]


def _in_child(work: Callable[[], str]) -> tuple[str, float, float]:
    """Give what a piece of work says in a child, its CPU seconds, and the most memory held, MB."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.write(writing, work().encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as said:
        words = said.read()
    _, _, used = os.wait4(child, 0)
    return words, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def run_load(count: int) -> None:
    """Import polygons with `wangge import` and with a bare ogr2ogr, into the same server."""
    with tempfile.TemporaryDirectory() as folder, private_home() as home:
        url = cluster.ensure(home)
        db = store.connect(url)
        store.upgrade(db)
        path = _polygons(Path(folder) / "building.gpkg", count)
        print(f"{count:,} polygons, {path.stat().st_size / 2**20:.0f} MB", flush=True)
        told = db.engine.url
        target = f"PG:host={told.query['host']} dbname={told.database} user={told.username}"
        for turn in range(2):
            served = _server_cpu_s(home)
            bare = _timed([
                "ogr2ogr", "-f", "PostgreSQL", target, str(path), "-nln", f"bare{turn}",
                "--config", "PG_USE_COPY", "YES",
            ])  # fmt: skip
            env = {
                "WANGGE_DATABASE_URL": told.set(drivername="postgresql").render_as_string(
                    hide_password=False
                )
            }
            command = [sys.executable, "-m", "api.cli", "import", str(path), "--as", "building"]
            between = _server_cpu_s(home)
            own = _timed(command, env)
            theirs, ours = between - served, _server_cpu_s(home) - between
            print(
                f"ogr2ogr {bare[0]:.1f} s ({bare[2]:.1f} + {theirs:.1f} CPU of the server), "
                f"wangge {own[0]:.1f} s ({own[2]:.1f} + {ours:.1f}): {own[0] / bare[0]:.2f} x, in CPU "
                f"{(own[2] + ours) / (bare[2] + theirs):.2f} x; wangge holds at most {own[1]:.0f} MB",
                flush=True,
            )
        db.close()


def _server_cpu_s(home: Path) -> float:
    """Give the CPU seconds that the server of a home and all its processes have used so far."""
    master = int(next(home.rglob("postmaster.pid")).read_text().split()[0])
    used = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            words = stat.read_text().rsplit(")", 1)[1].split()
            if int(stat.parent.name) == master:
                used += sum(map(int, words[11:15]))
            elif int(words[1]) == master:
                used += sum(map(int, words[11:13]))
    return used / os.sysconf("SC_CLK_TCK")


def _polygons(path: Path, count: int) -> Path:
    side = int(np.ceil(np.sqrt(count)))
    for start in range(0, count, 200_000):
        i = np.arange(start, min(start + 200_000, count))
        x, y = 440_000 + i % side * 30.0, 3_540_000 + i // side * 30.0
        frame = gpd.GeoDataFrame(
            {"id": [f"B{k:07d}" for k in i], "name": [f"楼{k}" for k in i], "households": i % 60, "floors": i % 30},
            geometry=gpd.GeoSeries(shapely.box(x, y, x + 20, y + 12), crs=4549),
        )  # fmt: skip
        pyogrio.write_dataframe(frame, path, layer="building", append=start > 0)
    return path


def _timed(command: list[str], env: dict[str, str] | None = None) -> tuple[float, float, float]:
    """Give wall seconds, the most memory, MB, and CPU seconds of a command."""
    start = time.perf_counter()
    child = subprocess.Popen(command, env={**os.environ, **(env or {})}, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    if status:
        raise SystemExit(f"{command[0]} failed")
    return time.perf_counter() - start, used.ru_maxrss / 1024, used.ru_utime + used.ru_stime


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["doctor", "fuzz", "hostile", "load"])
    parser.add_argument("--cases", type=int, default=330)
    parser.add_argument("--first", type=int, default=0, help="seed of the first case")
    parser.add_argument("--polygons", type=int, default=1_000_000)
    parser.add_argument("--files", type=int, default=10_000)
    told = parser.parse_args()
    if told.what == "doctor":
        run_doctor(told.cases, told.first)
    if told.what == "load":
        run_load(told.polygons)
    if told.what == "hostile":
        run_hostile()
    if told.what == "fuzz":
        run_fuzz(told.files)
