"""Tiles over HTTP beside their peers on a city of 100,000 micro-grids: ``bench_serving.py``

One process each, eight connections, by turns: ours drawing every tile anew and out of its
cache, the same behind plain FastAPI, the best we know to make of ``ST_AsMVT`` (asyncpg,
prepared, packed), tipg, and nginx with the same tiles as files. A row tells answers a second,
the processor that an answer cost (of whoever asks PostgreSQL with it), and how often ours is
the other. Asked with ``wrk`` where there is one, else from Python, which is too slow to see how
fast nginx is. Then all tiles of the city, and the archive of them.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np

TESTS = Path(__file__).resolve().parents[1]
sys.path[:] = [str(TESTS.parent), *sys.path, str(TESTS)]  # the project before its tests' folders

from bench_items import backends, by_socket, serving, spent_s  # noqa: E402
from cityton import city  # noqa: E402
from databases import private_home  # noqa: E402
from wrk import CONNECTIONS, rate  # noqa: E402

from api.tasks.tile_service import packed  # noqa: E402
from geo import store, tiling  # noqa: E402
from geo.tiling.pyramid import pyramid  # noqa: E402

PORTS = {"cold": 18871, "warm": 18872, "fastapi": 18873, "st_asmvt": 18874, "tipg": 18875,
         "nginx": 18876}  # fmt: skip
ZOOMS = (10, 12, 14, 16)
LAYER = "microgrid"
OURS = """
import sys, uvicorn
from api.tasks.tile_service import TileService
if {cold}:
    TileService.__init__.__kwdefaults__["most_bytes"] = 0  # nothing is kept
from api.http import create_app
uvicorn.run(create_app(draw_first=False), port=int(sys.argv[1]), log_level="error",
            http="api.http.express:Express", loop="uvloop", access_log=False)
"""
PLAIN = """
import sys, uvicorn
from fastapi import FastAPI, Response
from api.tasks.tile_service import service
from api.tasks.work import Work
from geo import tiling
TileService = service(Work()).__class__
TileService.__init__.__kwdefaults__["most_bytes"] = 0
kept = TileService(Work())
app = FastAPI()
@app.get("/tiles/{layer}/{z}/{x}/{y}.mvt")
def tile(layer: str, z: int, x: int, y: int) -> Response:
    made = kept.tile((layer,), tiling.address(z, x, y))
    return Response(made.body, headers={"Content-Encoding": "gzip", "ETag": made.tag.decode()})
uvicorn.run(app, port=int(sys.argv[1]), log_level="error", access_log=False)
"""
ST_ASMVT = '''
import os, sys, asyncpg, uvicorn
from isal import igzip_lib
SQL = """
select st_asmvt(t, 'microgrid', 4096, 'geom', 'fid') from (
    select fid, kind, name, code, parent, st_asmvtgeom(
        st_transform(geom, 3857), st_tileenvelope($1, $2, $3), 4096, 128, true) as geom
    from areas where died is null and level = 'microgrid'
        and geom && st_transform(st_tileenvelope($1, $2, $3, margin => 0.03125), 4490)
) as t
"""
pool = None
async def app(scope, receive, send):
    global pool
    if scope["type"] == "lifespan":
        await receive()
        pool = await asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=8, max_size=8)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    z, x, y = map(int, scope["path"].removesuffix(".mvt").rsplit("/", 3)[1:])
    body = igzip_lib.compress(await pool.fetchval(SQL, z, x, y), 1, igzip_lib.COMP_GZIP)
    await send({"type": "http.response.start", "status": 200, "headers": [
        (b"content-type", b"application/vnd.mapbox-vector-tile"), (b"content-encoding", b"gzip"),
        (b"content-length", str(len(body)).encode())]})
    await send({"type": "http.response.body", "body": body})
uvicorn.run(app, port=int(sys.argv[1]), log_level="error", loop="uvloop", http="httptools",
            access_log=False)
'''
TIPG = """
import sys, uvicorn
from tipg.main import app
uvicorn.run(app, port=int(sys.argv[1]), log_level="error", loop="uvloop", http="httptools",
            access_log=False)
"""
NGINX = """
daemon off; worker_processes 1; pid {folder}/pid; error_log stderr crit;
events {{ worker_connections 256; }}
http {{
    access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000;
    types {{ application/vnd.mapbox-vector-tile mvt; }}
    client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
    uwsgi_temp_path {folder}; scgi_temp_path {folder};
    server {{ listen 127.0.0.1:{port}; root {folder}; add_header Content-Encoding gzip; }}
}}
"""


@contextmanager
def nginx(folder: Path) -> Iterator[int]:
    """Serve a folder with nginx."""
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(folder=folder, port=PORTS["nginx"]))
    process = subprocess.Popen(["nginx", "-p", str(folder), "-c", str(config)])
    time.sleep(1)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    try:
        yield int(children[0])
    finally:
        process.terminate()
        process.wait()


def rows(
    pids: dict[str, int], paths: dict[int, list[tuple[int, int, int]]], seconds: float
) -> None:
    """Print a row for each service and zoom, and how often ours is what the peers are."""
    told: dict[tuple[str, int], float] = {}
    for z, places in paths.items():
        for who, pid in pids.items():
            address = (
                "/collections/public.areas/tiles/WebMercatorQuad/{}/{}/{}"
                if who == "tipg"
                else f"/tiles/{LAYER}/{{}}/{{}}/{{}}.mvt"
            )
            here = [address.format(*at) for at in places]
            rate(PORTS[who], here, min(1.0, seconds))
            counted = [pid, *(backends() if who in ("tipg", "st_asmvt") else [])]
            before = spent_s(counted)
            told[who, z], count = rate(PORTS[who], here, seconds)
            cost = (spent_s([p for p in counted if Path(f"/proc/{p}").exists()]) - before) / count
            print(f"  z{z} {who:9} {told[who, z]:9.1f}/s {1e3 * cost:9.3f} ms CPU", flush=True)
    for ours, theirs in (("cold", "tipg"), ("fastapi", "tipg"), ("cold", "st_asmvt"),
                         ("warm", "nginx"), ("warm", "tipg")):  # fmt: skip
        if theirs in pids and ours in pids:
            ratios = {z: told[ours, z] / told[theirs, z] for z in paths}
            three = [ratios[z] for z in (12, 14, 16) if z in ratios]
            shown = "  ".join(f"z{z} {ratio:.2f}" for z, ratio in ratios.items())
            mean = float(np.exp(np.mean(np.log(three)))) if three else 0
            print(f"  {ours} / {theirs}: {shown}; geometric mean z12–16 {mean:.2f} ×")


def cpu_s(work: Callable[[], object]) -> float:
    """Give the CPU seconds of this process for some work."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def in_process(sheet: tiling.Sheet, asked_for: dict[int, list[tiling.Address]]) -> None:
    """Print what one tile takes, all tiles of the city, and one file of them."""
    for z, places in asked_for.items():
        packed(sheet.tile(places[0]))
        took = [cpu_s(lambda at=at: packed(sheet.tile(at))) for at in places]
        print(
            f"  z{z}: {np.mean(took) * 1e3:.3f} ms CPU drawn and packed, worst {max(took) * 1e3:.1f}"
        )
    tiles: list[tuple[tiling.Address, bytes]] = []

    def everything() -> None:
        tiles.clear()
        for z in range(8, 17):
            tiles.extend(pyramid([sheet], z, packed))

    everything()
    begun = time.perf_counter()
    took_s = cpu_s(everything)
    print(
        f"  whole city z8–16: {len(tiles):,} tiles, {sum(len(b) for _, b in tiles) / 1e6:.1f} MB,"
        f" {took_s:.2f} s CPU, {time.perf_counter() - begun:.2f} s wall"
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "city.pmtiles"
        wrote = cpu_s(
            lambda: tiling.archive.write(
                path, tiles, bounds=sheet.bounds or (0, 0, 0, 0), metadata={}
            )
        )
        read = tiling.archive.Archive(path)
        chosen = np.random.default_rng(3).integers(len(tiles), size=5000)
        took_s = cpu_s(lambda: [read.tile(tiles[i][0]) for i in chosen])
        print(f"  archive: {wrote:.2f} s CPU, read by tile in {took_s / 5000 * 1e6:.0f} µs CPU")
        read.close()


UNCOMPILED = """
import sys, time
sys.path[:0] = [%r]
from cityton import city
from geo import tiling
sheet = tiling.sheet("microgrid", city(400), key="code", columns=("kind", "name"))
at = next(tiling.tiles(tuple(sheet.pack.boxes[210][[0, 1, 0, 1]].tolist()), 14))
begun = time.process_time()
for _ in range(3):
    sheet.tile(at)
print((time.process_time() - begun) / 3)
"""


def uncompiled() -> None:
    """Print what a tile takes without the compiler, of a town of 400 micro-grids."""
    made = subprocess.run(
        [sys.executable, "-c", UNCOMPILED % str(TESTS / "bench")], cwd=TESTS.parent,
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    told = f"{float(made.stdout) * 1e3:.0f} ms CPU" if made.stdout else made.stderr[-300:]
    print(f"  without the compiler: a z14 tile of a small town {told}")


def started(stack: ExitStack, plain: str, home: Path, first: str) -> dict[str, int]:
    """Start the services on a store, each in a process of its own; give their numbers."""
    root = str(TESTS.parent)
    own = {"WANGGE_DATABASE_URL": plain, "PYTHONPATH": root, "WANGGE_HOME": str(home / "made")}
    peer = {"DATABASE_URL": by_socket(plain)}
    pids = {
        "cold": stack.enter_context(serving(OURS.replace("{cold}", "True"), PORTS["cold"], first, **own)),
        "warm": stack.enter_context(serving(OURS.replace("{cold}", "False"), PORTS["warm"], first, **own)),
        "fastapi": stack.enter_context(serving(PLAIN, PORTS["fastapi"], first, **own)),
    }  # fmt: skip
    try:
        import tipg  # noqa: F401

        pids["st_asmvt"] = stack.enter_context(serving(ST_ASMVT, PORTS["st_asmvt"], first, **peer))
        pids["tipg"] = stack.enter_context(serving(
            TIPG, PORTS["tipg"], "/healthz", **peer, TIPG_DB_SCHEMAS='["public"]',
            TIPG_DB_EXCLUDE_FUNCTION_SCHEMAS='["public"]',
            TIPG_MAX_FEATURES_PER_TILE="1000000",
        ))  # fmt: skip
    except ImportError:
        print("tipg is not installed (make peers)")
    return pids


def main() -> None:
    """Build, measure, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cells", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--tiles", type=int, default=400, help="so many of a zoom at most")
    given = parser.parse_args()
    cells = city(given.cells)
    print(f"{len(cells):,} micro-grids of 16 vertices, {CONNECTIONS} connections")
    sheet = tiling.sheet(
        LAYER, cells, key="code", said_from=13, columns=("kind", "name", "code", "parent")
    )
    boxes, rng = sheet.pack.boxes, np.random.default_rng(2)
    whole = (*boxes[:, :2].min(axis=0).tolist(), *boxes[:, 2:].max(axis=0).tolist())
    places = {}
    for z in ZOOMS:
        there = list(tiling.tiles(whole, z))
        places[z] = [there[i] for i in rng.permutation(len(there))[: given.tiles]]
        places[z] = [at for at in places[z] if sheet.tile(at)]
    in_process(sheet, {z: found[:24] for z, found in places.items()})
    uncompiled()
    with ExitStack() as stack:
        home = stack.enter_context(private_home())
        db = store.connect(store.cluster.ensure(home))
        store.upgrade(db)
        with db.session() as session:
            revision = store.revisions.open(session, "import", "bench", "city")
            store.areas.replace(session, LAYER, cells.drop(columns="fid"), revision)
        plain = db.engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
        first = f"/tiles/{LAYER}/{'/'.join(map(str, places[14][0]))}.mvt"
        pids = started(stack, plain, home, first)
        if shutil.which("nginx"):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            for at in [at for found in places.values() for at in found]:
                file = folder / "tiles" / LAYER / str(at.z) / str(at.x) / f"{at.y}.mvt"
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(packed(sheet.tile(at)))
            for path in [folder, *folder.rglob("*")]:
                path.chmod(0o755)
            pids["nginx"] = stack.enter_context(nginx(folder))
        else:
            print("nginx is not installed (apt-get install nginx-light)")
        if shutil.which("wrk") is None:
            print("wrk is not installed: asked from Python (apt-get install wrk)")
        rows(pids, places, given.seconds)
        for who in ("cold", "warm"):
            held = Path(f"/proc/{pids[who]}/status").read_text()
            whole, own = (
                int(re.search(rf"{name}:\s+(\d+)", held)[1]) / 1024 for name in ("VmRSS", "RssAnon")
            )
            print(f"  memory of {who}: {whole:.0f} MB, {own:.0f} MB without the files of libraries,"
                  " which all processes share")  # fmt: skip
        db.close()


if __name__ == "__main__":
    main()
