"""How soon a published change is everywhere: ``python tests/bench/bench_fresh.py --workers 4 --edits 1000``

``wangge serve`` with several processes, as an operator runs it, on a store of its own. Every
edit is a publication (of a grid, or of a station for the nearest one); each process is asked
over a connection of its own for the tile, the feature, by search, for the areas at a place or
for the nearest station until it shows it. Listeners are lost now and then just before a commit.
At the end the archive of the last publication must be there, which the worker for long work
has built, and the memory of each process is told.
"""

import argparse
import http.client
import os
import re
import signal
import subprocess
import sys
import time
import zlib
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import numpy as np

TESTS = Path(__file__).resolve().parents[1]
sys.path[:] = [str(TESTS.parent), *sys.path, str(TESTS)]  # the project before its tests' folders

import databases  # noqa: E402
import districts  # noqa: E402
from sqlalchemy import text  # noqa: E402

from geo import store, tiling  # noqa: E402

PORT = 18861
LIMIT_S = 10.0
BOUND_S = 0.05
KINDS = ("tiles", "features", "search", "areas at", "nearest")
LOSE = text(
    "select pg_terminate_backend(pid) from pg_stat_activity "
    "where query like '%notices%' and pid <> pg_backend_pid() and state = 'idle'"
)


class Door:
    """A connection to one process."""

    def __init__(self) -> None:
        self.wire = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
        told = self.ask("/healthz")
        self.number = int(re.search(r"\d+", self.pid())[0])
        assert told

    def ask(self, path: str, **headers: str) -> bytes:
        """Ask; raises what is no answer."""
        self.wire.request("GET", path, headers=headers)
        answer = self.wire.getresponse()
        body = answer.read()
        if answer.status not in (200, 204):
            raise RuntimeError(f"{path}: {answer.status} {body[:200]!r}")
        return body

    def pid(self) -> str:
        """Tell which process answers, by the inode of its end of the connection."""
        mine = self.wire.sock.getsockname()[1]
        rows = Path("/proc/net/tcp").read_text().splitlines()[1:]
        wanted = f"0100007F:{PORT:04X} 0100007F:{mine:04X}"
        inode = next(row.split()[9] for row in rows if wanted in row)
        for link in Path("/proc").glob("[0-9]*/fd/*"):
            try:
                if str(link.readlink()) == f"socket:[{inode}]":
                    return link.parts[2]
            except OSError:
                continue
        raise RuntimeError("nobody holds the other end")


def doors(workers: int) -> list[Door]:
    """Connect until every process is at the other end of a connection."""
    found: dict[int, Door] = {}
    begun = time.monotonic()
    while len(found) < workers:
        try:
            door = Door()
            found.setdefault(door.number, door)
        except OSError:
            time.sleep(0.3)
        if time.monotonic() - begun > 120:
            raise RuntimeError(f"{len(found)} of {workers} processes answer")
    return list(found.values())


class Edit(NamedTuple):
    """What has a new name: its code, where it is, and how it is asked for."""

    what: str
    code: str
    name: str
    lon: float
    lat: float

    def shown(self, door: Door) -> bool:
        """Ask one process whether it shows the name."""
        here = f"lon={self.lon}&lat={self.lat}"
        if self.what == "tiles":
            z, x, y = next(
                tiling.tiles(tuple(map(float, tiling.world(self.lon, self.lat))) * 2, 15)
            )
            tile = door.ask(f"/tiles/grid/{z}/{x}/{y}.mvt", **{"Accept-Encoding": "gzip"})
            return self.name.encode() in zlib.decompress(tile, 31)
        if self.what == "search":
            told = door.ask(f"/v1/search?q={quote(self.name)}&kinds=grid")
            return self.code.encode() in told
        path = {
            "features": f"/ogc/collections/grid/items/{self.code}",
            "areas at": f"/v1/areas/at?{here}",
            "nearest": f"/v1/stations/nearest?{here}&k=1",
        }[self.what]
        return self.name.encode() in door.ask(path)


class Town:
    """The grids and stations of the store, and what becomes of them."""

    def __init__(self, db: store.Database) -> None:
        self.db, self.rng = db, np.random.default_rng(5)
        with db.read() as session:
            self.grids = store.areas.read(session, "grid", extras=True)
            self.stations = store.features.read(session, "station", extras=True)
        self.stations = self.stations[self.stations["status"] == "open"].reset_index(drop=True)

    def edit(self, what: str, *, lose: bool) -> Edit:
        """Publish a new name for one of them."""
        told = self.stations if what == "nearest" else self.grids
        row, name = int(self.rng.integers(len(told))), f"新名{self.rng.integers(10**12)}号"
        told.loc[row, "name"] = name
        lon, lat = told.geometry[row].representative_point().coords[0]
        code = str(told["id" if what == "nearest" else "code"][row])
        with self.db.session() as session:
            if lose:
                session.execute(LOSE)
            if what == "nearest":
                store.features.replace(session, "station", told)
                store.audit.write(session, "bench", "import", subject="station")
            else:
                revision = store.revisions.open(session, "publish", "bench", name)
                store.areas.swap(session, "grid", [code], told.iloc[[row]], revision)
        return Edit(what, code, name, lon, lat)


def measured(db: store.Database, here: list[Door], edits: int) -> None:
    """Publish and look, edit by edit: by turns at once and again, and once when it is time."""
    town = Town(db)
    late: dict[str, list[float]] = {what: [] for what in KINDS}
    stale: dict[str, list[float]] = {what: [] for what in KINDS}
    old = dict.fromkeys(late, 0)
    waited: list[float] = []
    for number in range(edits):
        what = KINDS[number // 2 % len(KINDS)]
        edit = town.edit(what, lose=number % 97 == 1)
        committed = time.monotonic()
        if number % 2:
            for door in here:
                time.sleep(max(committed + BOUND_S - time.monotonic(), 0))
                asked = time.monotonic()
                old[what] += not edit.shown(door)
                waited.append(time.monotonic() - asked)
            time.sleep(0.1)
            continue
        left = dict.fromkeys(here, 0.0)
        while left:
            for door in list(left):
                asked = time.monotonic() - committed
                fresh = edit.shown(door)
                moment = time.monotonic() - committed
                if fresh or moment > LIMIT_S:
                    late[what].append(moment)
                    stale[what].append(left.pop(door))
                else:
                    left[door] = asked
            time.sleep(0.001)
    for what, took in late.items():
        print(
            f"  {what:8} {len(took)} looks: p50 {np.median(took) * 1e3:.0f} ms, "
            f"p99 {np.quantile(took, 0.99) * 1e3:.0f} ms, worst {max(took) * 1e3:.0f} ms; last asked "
            f"and told the old: p99 {np.quantile(stale[what], 0.99) * 1e3:.0f} ms after the commit, "
            f"worst {max(stale[what]) * 1e3:.0f} ms, beyond 1 s: {sum(t > 1 for t in stale[what])}; "
            f"old when asked {BOUND_S * 1e3:.0f} ms after the commit: {old[what]}"
        )
    print(
        f"  these answers took {np.median(waited) * 1e3:.1f} ms, p99 {np.quantile(waited, 0.99) * 1e3:.0f} ms"
    )


def memory_mb(process: int) -> float:
    """Give the memory that a process holds, without what it shares with others."""
    told = Path(f"/proc/{process}/smaps_rollup").read_text()
    return sum(int(n) for n in re.findall(r"Private_\w+:\s+(\d+) kB", told)) / 1024


def main() -> None:
    """Serve, publish, look, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--edits", type=int, default=1000)
    told = parser.parse_args()
    with ExitStack() as stack:
        home = stack.enter_context(databases.private_home())
        db = store.connect(store.cluster.ensure(home))
        store.upgrade(db)
        districts.kept(db)
        url = db.engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
        made = {"WANGGE_DATABASE_URL": url, "WANGGE_HOME": str(home / "made")}
        command = [sys.executable, "-m", "api.cli", "serve", "--port", str(PORT)]
        server = subprocess.Popen(
            [*command, "--workers", str(told.workers)], env={**os.environ, **made},
            cwd=TESTS.parent,
        )  # fmt: skip
        try:
            here = doors(told.workers)
            time.sleep(20)  # every process draws its maps first
            here = doors(told.workers)
            for door in here:
                door.ask("/v1/search?q=%E7%BD%91%E6%A0%BC&kinds=grid")
                door.ask("/ogc/collections/grid/items?limit=1")
                door.ask("/v1/stations/nearest?lon=119.45&lat=32.2&k=1")
                door.ask("/v1/areas/at?lon=119.45&lat=32.2")
                door.ask("/tiles/grid/0/0/0.mvt")
            print(f"{told.workers} processes, {told.edits} publications")
            measured(db, here, told.edits)
            print("  memory: " + ", ".join(f"{memory_mb(door.number):.0f} MB" for door in here))
            archived(here[0])
        finally:
            server.send_signal(signal.SIGTERM)
            print(f"  ended with {server.wait(60)}")
            db.close()


def archived(door: Door) -> None:
    """Wait for the archive of the last publication."""
    begun = time.monotonic()
    while time.monotonic() - begun < 60:
        try:
            head = door.ask("/tiles/archive/latest.pmtiles", Range="bytes=0-6")
        except RuntimeError as answer:
            head = b"PMTiles" if ": 206 " in str(answer) else b""
        if head == b"PMTiles":
            print(f"  archive of the last publication after {time.monotonic() - begun:.1f} s more")
            return
        time.sleep(0.5)
    print("  no archive came")


if __name__ == "__main__":
    main()
