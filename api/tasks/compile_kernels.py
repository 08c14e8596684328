"""Compile the numeric kernels once, so that the first user does not wait: run at set-up."""

import numpy as np
import shapely

from geo import coverage, demo, grouping, layers, network, parcelling, siting, topology


def main() -> None:
    """Walk once through everything that compiles, on the smallest district."""
    town = demo.build(size="small", seed=1).layers
    net = network.build(town["street"], barriers=town["barrier"], gates=town["gate"])
    demand, stations = layers.demand(town["building"]), layers.stations(town["station"])
    for k in (1, 3):
        times = network.nearest(net, demand, stations, k=k)
    network.isochrones(net, stations)
    coverage.measure(demand, times)
    network.route(
        net,
        shapely.get_coordinates(demand.centroid)[0],
        shapely.get_coordinates(stations.geometry)[0],
    )
    grids = layers.grids(town["grid"])
    topology.check({"grid": grids}, demand)
    for aim in ("inertia", "cut"):
        asked = grouping.problem(
            ids=grids["code"].to_numpy(object),
            weight=grids["households"].to_numpy(float),
            adjacency=topology.adjacency(grids),
            groups=2,
            xy=shapely.get_coordinates(grids.centroid.to_numpy()),
            tolerance=0.5,
            objective=aim,
        )
        grouping.solve(asked, rng=np.random.default_rng(1), time_limit_s=5)
    ground = parcelling.ground(
        grids.geometry.to_numpy()[:4],
        demand.geometry.to_numpy(),
        parcelling.lines(town["street"], town["barrier"]),
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
    costs = np.hypot(*(grids.centroid.x.to_numpy()[:, None] - stations.geometry.x.to_numpy(),
                       grids.centroid.y.to_numpy()[:, None] - stations.geometry.y.to_numpy()))  # fmt: skip
    for objective in ("median", "center", "cover"):
        siting.solve(
            siting.problem(costs, objective=objective, p=2, reach=500.0),
            rng=np.random.default_rng(1),
            time_limit_s=5,
        )


if __name__ == "__main__":
    main()
