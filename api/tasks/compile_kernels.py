"""Compile the numeric kernels once, so that the first user does not wait: run at set-up."""

from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import numpy as np
import shapely

from geo import (
    asking,
    coords,
    coverage,
    demo,
    finding,
    grouping,
    layers,
    network,
    parcelling,
    siting,
    tiling,
    topology,
)
from geo.tiling.pyramid import pyramid

PATIENT_S = 600.0
"""No limit of time: what a limit cuts off would be compiled before somebody's eyes."""


@cache
def town() -> dict[str, gpd.GeoDataFrame]:
    """Build the smallest district."""
    return demo.build(size="small", seed=1).layers


def walking() -> None:
    """Search, draw zones, measure, check."""
    here = town()
    net = network.build(here["street"], barriers=here["barrier"], gates=here["gate"])
    demand, stations = layers.demand(here["building"]), layers.stations(here["station"])
    for k in (1, 3):
        times = network.nearest(net, demand, stations, k=k)
    network.isochrones(net, stations)
    coverage.measure(demand, times)
    network.route(
        net,
        shapely.get_coordinates(demand.centroid)[0],
        shapely.get_coordinates(stations.geometry)[0],
    )
    topology.check({"grid": layers.grids(here["grid"])}, demand)


def asked() -> None:
    """Ask for what lies in a box, and for the nearest as the crow flies."""
    frame = coords.to_degrees(town()["grid"])
    asking.pack(frame, "code", ("code",)).within((-180.0, -90.0, 180.0, 90.0))
    network.crow(shapely.get_coordinates(frame.representative_point().to_numpy())).nearest(
        119.0, 32.0, 1
    )


def forming() -> None:
    """Group by every way of reckoning costs."""
    grids = layers.grids(town()["grid"])
    xy = shapely.get_coordinates(grids.centroid.to_numpy())
    near = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    for more in ({}, {"objective": "walk"}, {"objective": "cut"}, {"costs": near},
                 {"costs": near[:, :2], "seats": [0, 1]}):  # fmt: skip
        asked = grouping.problem(
            ids=grids["code"].to_numpy(object),
            weight=grids["households"].to_numpy(float),
            adjacency=topology.adjacency(grids),
            groups=2,
            xy=xy,
            tolerance=0.5,
            **more,
        )
        rng = np.random.default_rng(1)
        grouping.solve(asked, rng=rng, time_limit_s=PATIENT_S, effort=0.1)


def drawing() -> None:
    """Design micro-grids."""
    here = town()
    grids, demand = layers.grids(here["grid"]), layers.demand(here["building"])
    ground = parcelling.ground(
        grids.geometry.to_numpy()[:4],
        demand.geometry.to_numpy(),
        parcelling.lines(here["street"], here["barrier"]),
        workers=1,
    )
    parcelling.design(
        ground,
        parcelling.People(
            demand["households"].to_numpy(dtype=np.int64), np.full(len(demand), -1, dtype=np.int32)
        ),
        np.ones(len(ground.neighbours()[0]), dtype=bool),
        parcelling.Range(30, 100, 65),
        now=parcelling.today(np.zeros(0, dtype=object), np.zeros(0, dtype=np.int64), ground),
        special=np.zeros(4, dtype=bool),
        workers=1,
    )


def placing() -> None:
    """Choose sites by every objective."""
    grids, stations = town()["grid"].centroid, town()["station"].geometry
    costs = np.hypot(*(grids.x.to_numpy()[:, None] - stations.x.to_numpy(),
                       grids.y.to_numpy()[:, None] - stations.y.to_numpy()))  # fmt: skip
    for objective in ("median", "center", "cover", "all"):
        siting.solve(
            siting.problem(costs, objective=objective, p=2, reach=900.0),
            rng=np.random.default_rng(1),
            time_limit_s=PATIENT_S,
        )
    room = np.full(costs.shape[1], float(len(costs)))
    asked = siting.problem(costs, objective="median", p=2, capacity=room)
    siting.solve(asked, rng=np.random.default_rng(1), time_limit_s=PATIENT_S)


def naming() -> None:
    """Find names as they are, and with a slip."""
    for asked in ("世纪小区", "世纪大曲", "shijxiaoqu"):
        finding.Names(["世纪小区"]).find(asked)


def tiles() -> None:
    """Draw points, lines and areas into tiles, and write an archive."""
    drawn = []
    for name, key in (("grid", "code"), ("street", "id"), ("station", "id")):
        frame = coords.to_degrees(town()[name])
        frame = frame.assign(fid=np.arange(len(frame)))
        sheet = tiling.sheet(name, frame, key=key, columns=(key, "name"))
        drawn += [pair for z in (8, 14) for pair in pyramid([sheet], z, bytes)]
        sheet.tile(drawn[-1][0])
        sheet.changed([0], frame.iloc[:1])
    pinched = shapely.Polygon([(119, 31), (121, 31), (121, 32), (120, 31 + 1e-9), (119, 32)])
    frame = gpd.GeoDataFrame({"fid": [1], "code": ["1"]}, geometry=[pinched], crs=coords.STORED)
    broken = tiling.sheet("grid", frame, key="code", columns=("code",))
    drawn += [pair for z in (4, 8) for pair in pyramid([broken], z, bytes)]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "kernels.pmtiles"
        tiling.archive.write(path, drawn[:1], bounds=(0, 0, 1, 1), metadata={})
        tiling.archive.Archive(path).tile(drawn[0][0])


def main() -> None:
    """Walk once through everything that compiles, one room a process."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        for room in [
            pool.submit(job) for job in (forming, walking, placing, drawing, naming, tiles, asked)
        ]:
            room.result()


if __name__ == "__main__":
    main()
