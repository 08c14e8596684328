"""Features, nearest stations and search beside tipg and pygeoapi: python tests/bench/bench_items.py

A city of micro-grids and stations in a private store; both services ask the same tables, one
process each, eight connections, by turns, so that other load meets both alike. Printed are
answers a second, the processor that an answer cost (of tipg with its PostgreSQL), and the
ratios. Search in process alone is measured by ``bench_search.py``.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlsplit

import numpy as np
import pygeoapi_peer
import wrk
from served import Client, _find_tests

PORTS = {"ours": 18841, "tipg": 18842, "pygeoapi": 18843}
ROUNDS, PATHS = 3, 4000
OURS = """
import sys, uvicorn
from api.http import create_app
if __name__ == "__main__":
    uvicorn.run(create_app(), port=int(sys.argv[1]), log_level="error", access_log=False,
                http="api.http.express:Express", loop="uvloop")
"""
TIPG = """
import sys, uvicorn
from tipg.main import app
uvicorn.run(app, port=int(sys.argv[1]), log_level="error", access_log=False, loop="uvloop",
            http="httptools")
"""
Question = Callable[[], str]


def city(db: object, cells: int, stations: int, rng: np.random.Generator) -> None:
    """Keep micro-grids that tile a square, with made-up names, and stations at random."""
    import geopandas as gpd
    import people_typing
    import shapely

    from geo import coords, store

    side = int(np.ceil(np.sqrt(cells)))
    at = np.arange(side + 1) * 0.004
    x, y = np.meshgrid(119.0 + at, 32.0 + at)
    x, y = x + rng.uniform(-1e-3, 1e-3, x.shape), y + rng.uniform(-1e-3, 1e-3, y.shape)
    ring = np.stack([np.stack([v[:-1, :-1], v[:-1, 1:], v[1:, 1:], v[1:, :-1], v[:-1, :-1]], -1)
                     for v in (x, y)], -1).reshape(-1, 5, 2)  # fmt: skip
    rings = np.concatenate(
        [ring[:, :-1] * (1 - t) + ring[:, 1:] * t for t in (0, 0.25, 0.5, 0.75)], 1
    )
    rings = rings.reshape(-1, 4, 4, 2).transpose(0, 2, 1, 3).reshape(-1, 16, 2)
    shapes = shapely.polygons(rings)[:cells]
    names = people_typing.names(cells, rng)
    told = {
        "code": [f"321198{i:011d}" for i in range(cells)],
        "name": names, "kind": "comprehensive", "parent": "", "households": 65, "residents": 150,
    }  # fmt: skip
    frame = gpd.GeoDataFrame(told, geometry=shapes, crs=coords.STORED)
    points = rng.uniform((119.0, 32.0), (119.0 + at[-1], 32.0 + at[-1]), (stations, 2))
    words = {"name": "站", "kind": "warm_station", "tier": "grid", "class": "", "services": "",
             "hours": "", "signboard": "", "address": "", "phone": "", "host": "", "within": "",
             "status": "open"}  # fmt: skip
    numbers = {"capacity": 0, "area_m2": 0.0, "cost": 0.0, "rating": 0.0}
    places = gpd.GeoDataFrame(
        {"id": [f"S{i:05d}" for i in range(stations)], **words, **numbers},
        geometry=shapely.points(points), crs=coords.STORED,
    )  # fmt: skip
    with db.session() as session:  # type: ignore[attr-defined]
        revision = store.revisions.open(session, "import", "bench", "a city")
        store.areas.replace(session, "microgrid", frame, revision)
        store.features.replace(session, "station", places)


def by_socket(url: str) -> str:
    """Write the address of a socket as a host, as tipg wants it."""
    told = urlsplit(url)
    asked = dict(parse_qsl(told.query))
    host = quote(asked.get("host", told.hostname or ""), safe="")
    return f"{told.scheme}://{told.username}@{host}:{asked.get('port', 5432)}{told.path}"


@contextmanager
def serving(code: str, port: int, path: str, **env: str) -> Iterator[int]:
    """Serve in a process of its own until it answers; gives its number."""
    process = subprocess.Popen([sys.executable, "-c", code, str(port)], env={**os.environ, **env})
    try:
        while True:
            if process.poll() is not None:
                raise RuntimeError("the service did not start")
            try:
                Client(port).ask(path)
                break
            except (OSError, ConnectionError):
                time.sleep(0.2)
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def spent_s(pids: list[int]) -> float:
    """Read how much CPU some processes have used."""
    total = 0
    for pid in pids:
        told = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
        total += int(told[11]) + int(told[12])
    return total / os.sysconf("SC_CLK_TCK")


def settled(pid: int) -> None:
    """Wait until a service that has just begun has made ready what it makes ready."""
    while True:
        before = spent_s([pid])
        time.sleep(2)
        if spent_s([pid]) - before < 0.2:
            return


def backends() -> list[int]:
    """List the server processes of PostgreSQL."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                if (entry / "comm").read_text().strip() == "postgres":
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


def compare(
    name: str, questions: dict[str, Question], pids: dict[str, int], seconds: float
) -> None:
    """Print what each makes of a question, asked by turns, and how often ours is the other."""
    told: dict[str, list[tuple[float, float]]] = {who: [] for who in questions if who in pids}
    paths = {who: [questions[who]() for _ in range(PATHS)] for who in told}
    for turn in range(ROUNDS + 1):
        for who, seen in told.items():
            counted = [pids[who], *(backends() if who != "ours" else [])]
            before = spent_s(counted)
            rate, count = wrk.rate(PORTS[who], paths[who], seconds, packs="identity")
            spent = spent_s([p for p in counted if Path(f"/proc/{p}").exists()]) - before
            if turn:  # the first is to warm up
                seen.append((rate, 1e3 * spent / max(count, 1)))
    rate, cost = np.median(told["ours"], axis=0)
    print(f"  {name:26} {rate:7.0f}/s {cost:7.3f} ms CPU", end="")
    for who in told.keys() - {"ours"}:
        their_rate, their_cost = np.median(told[who], axis=0)
        often = rate / their_rate if their_rate else float("nan")
        print(f"   {who} {their_rate:.1f}/s {their_cost:.2f} ms: {often:.1f} × rate,"
              f" {their_cost / max(cost, 1e-6):.1f} × CPU", end="")  # fmt: skip
    print(flush=True)


def exact(points: int, rng: np.random.Generator, db: object, edge: float) -> None:
    """Count how often the nearest stations over HTTP are not those of the geodesic."""
    import httpx2
    from pyproj import Geod

    from geo import store

    with db.read() as session:  # type: ignore[attr-defined]
        stations = store.features.read(session, "station")
    geod, wrong = Geod(ellps="GRS80"), 0
    lon, lat = stations.geometry.x.to_numpy(), stations.geometry.y.to_numpy()
    with httpx2.Client(base_url=f"http://127.0.0.1:{PORTS['ours']}") as client:
        for x, y in rng.uniform((119.0, 32.0), (119.0 + edge, 32.0 + edge), (points, 2)):
            told = client.get("/v1/stations/nearest", params={"lon": x, "lat": y, "k": 5}).json()
            far = geod.inv(np.full(len(lon), x), np.full(len(lat), y), lon, lat)[2]
            truth = stations["id"].to_numpy()[np.argsort(far)[:5]].tolist()
            wrong += [s["id"] for s in told["stations"]] != truth
    print(f"  nearest five over HTTP: {wrong} of {points} differ from the geodesic order")


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cells", type=int, default=100_000)
    parser.add_argument("--stations", type=int, default=5_000)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each question and round")
    parser.add_argument("--points", type=int, default=2000, help="asked for the nearest")
    told = parser.parse_args()
    _find_tests()
    import databases

    from geo import store

    rng = np.random.default_rng(11)
    edge = 0.004 * np.ceil(np.sqrt(told.cells))
    with ExitStack() as stack:
        home = stack.enter_context(databases.private_home())
        url = store.cluster.ensure(home)
        db = store.connect(url)
        store.upgrade(db)
        city(db, told.cells, told.stations, rng)
        plain = url.replace("+psycopg", "")
        root = str(Path(__file__).resolve().parents[2])
        pids = {"ours": stack.enter_context(
            serving(OURS, PORTS["ours"], "/ogc", WANGGE_DATABASE_URL=plain, PYTHONPATH=root))}  # fmt: skip
        try:
            import tipg  # noqa: F401

            pids["tipg"] = stack.enter_context(serving(
                TIPG, PORTS["tipg"], "/healthz", DATABASE_URL=by_socket(plain), TIPG_DB_SCHEMAS='["public"]',
                TIPG_DB_EXCLUDE_FUNCTION_SCHEMAS='["public"]', TIPG_TABLE_CONFIG__public_areas__pk="fid",
            ))  # fmt: skip
            made = pygeoapi_peer.described(plain, PORTS["pygeoapi"], home / "pygeoapi")
            pids["pygeoapi"] = stack.enter_context(
                serving(pygeoapi_peer.SERVE, PORTS["pygeoapi"], "/conformance", **made)
            )
        except (ImportError, RuntimeError) as fault:
            print(f"a peer is not installed ({fault}): make peers")
        settled(pids["ours"])
        measure(told, rng, edge, pids, db)
        db.close()


def measure(
    told: argparse.Namespace,
    rng: np.random.Generator,
    edge: float,
    pids: dict[str, int],
    db: object,
) -> None:
    """Ask for features, stations and names."""
    from geo import store

    print(f"{told.cells:,} micro-grids, {told.stations:,} stations, {wrk.CONNECTIONS} connections")

    def box(wide: float) -> str:
        x, y = rng.uniform(0, edge - wide, 2)
        return f"{119 + x:.5f},{32 + y:.5f},{119 + x + wide:.5f},{32 + y + wide:.5f}"

    where = {"ours": "/ogc/collections/microgrid", "tipg": "/collections/public.areas",
             "pygeoapi": "/collections/microgrid"}  # fmt: skip
    for limit in (10, 100, 1000):
        wide = 0.004 * (np.sqrt(limit) + 2)
        compare(f"items, bbox, limit {limit}", {
            who: lambda at=at, w=wide, n=limit: f"{at}/items?limit={n}&bbox={box(w)}"
            for who, at in where.items()
        }, pids, told.seconds)  # fmt: skip
    compare("one feature", {
        "ours": lambda: f"{where['ours']}/items/321198{int(rng.integers(told.cells)):011d}",
        "tipg": lambda: f"{where['tipg']}/items/{int(rng.integers(1, told.cells))}",
        "pygeoapi": lambda: f"{where['pygeoapi']}/items/{int(rng.integers(1, told.cells))}",
    }, pids, told.seconds)  # fmt: skip
    far_in = int(told.cells * 0.9)
    compare("page after nine tenths", {
        "ours": lambda: f"{where['ours']}/items?limit=10&after=321198{far_in:011d}",
        "tipg": lambda: f"{where['tipg']}/items?limit=10&offset={far_in}",
        "pygeoapi": lambda: f"{where['pygeoapi']}/items?limit=10&offset={far_in}",
    }, pids, told.seconds)  # fmt: skip

    def near() -> tuple[float, float]:
        x, y = rng.uniform(0, edge, 2)
        return 119 + x, 32 + y

    far = edge * np.sqrt(100 / told.stations) / 2  # so that a hundred are in the box

    def workaround() -> str:
        x, y = near()
        box = f"{x - far:.5f},{y - far:.5f},{x + far:.5f},{y + far:.5f}"
        return f"/collections/public.places/items?limit=100&bbox={box}"

    compare("nearest five stations", {
        "ours": lambda: "/v1/stations/nearest?k=5&lon={:.6f}&lat={:.6f}".format(*near()),
        "tipg": workaround,
    }, pids, told.seconds)  # fmt: skip
    with db.read() as session:  # type: ignore[attr-defined]
        names = store.areas.read(session, "microgrid")["name"].tolist()
    for size in (2, 4):

        def word(size: int = size) -> str:
            return quote(names[int(rng.integers(len(names)))][:size])

        compare(f"search, {size} characters", {
            "ours": lambda w=word: f"/v1/search?q={w()}",
            "tipg": lambda w=word: f"{where['tipg']}/items?limit=10&filter-lang=cql2-text"
                                   f"&filter=name%20LIKE%20%27%25{w()}%25%27",
        }, pids, told.seconds)  # fmt: skip
    exact(told.points, rng, db, edge)


if __name__ == "__main__":
    main()
