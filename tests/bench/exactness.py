"""Count how exact walks are, beside a textbook Dijkstra: python tests/bench/exactness.py

Ten thousand places on the demo district and on every OpenStreetMap file, each asked for its k
nearest stations among those that offer a service, are of a class, are open at an hour, or all;
on foot, in a wheelchair, and with a pram whom steps, rough and steep ways delay.
"""

import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import textbook  # noqa: E402

from api.tasks.open_stations import is_open  # noqa: E402
from geo import coords, demo, files, layers, network  # noqa: E402

TURNS, PLACES, STATIONS = 12, 167, 12
WHO = [
    layers.walker("adult"),
    layers.walker("wheelchair"),
    layers.Walker("pram", "推车", 1.0, steps_factor=3.5, rough_factor=1.4, steep_factor=1.2),
]
HOURS = ("24/7", "Mo-Fr 08:30-17:30", "Sa-Su 09:00-16:00", "Mo-Su 14:00-22:00", "")
MOMENT = datetime(2026, 5, 6, 15, 0)
SIEVES = ("all", "service", "class", "open")


def sieved(kind: str, rng: np.random.Generator) -> np.ndarray:
    """Give which of some stations count; services, classes and hours are drawn by lot."""
    if kind == "open":
        return np.array([is_open(h, MOMENT, frozenset()) for h in rng.choice(HOURS, STATIONS)])
    chances = {"all": 1.0, "service": 0.5, "class": 0.3}
    return rng.random(STATIONS) < chances[kind]


def counted(net: network.Network, seed: int) -> Counter:
    """Ask, compare and count; a route that cannot be walked ends it."""
    rng = np.random.default_rng(seed)
    low, high = np.array([[net.x_m.min(), net.y_m.min()], [net.x_m.max(), net.y_m.max()]])
    told: Counter = Counter()
    for turn in range(TURNS):
        who, kind = WHO[turn % len(WHO)], SIEVES[turn % len(SIEVES)]
        xy, ends = rng.uniform(low, high, (PLACES, 2)), rng.uniform(low, high, (STATIONS, 2))
        ends = ends[sieved(kind, rng)]
        if not len(ends):
            ends = rng.uniform(low, high, (1, 2))
        k = int(rng.integers(1, min(5, len(ends)) + 1))
        book = textbook.book(net, who)
        places, seen = (textbook.places(network.snap(net, p, walker=who)) for p in (xy, ends))
        walks = np.array([book.walks(end, places) for end in seen]).T / 100 / who.speed_m_s
        known = network.tree(net, ends, k=k, walker=who)
        for place, times in zip(xy, np.sort(walks, axis=1)[:, :k], strict=True):
            truth = times[np.isfinite(times)].tolist()
            ways = [way for way in network.routes(known, place) if way.found]
            if len(ways) != len(truth):
                told["wrong"] += 1
                continue
            off = max(
                (abs(w.seconds - t) / max(t, 1e-9) for w, t in zip(ways, truth, strict=True)),
                default=0,
            )
            told["worst"] = max(told["worst"], off)
            told["wrong"] += off > 1e-6
            for way in ways:
                book.check(way)
            told["routes"] += len(ways)
            told[f"{kind} {who.name}"] += 1
            told["unreached"] += not len(truth)
        told["cases"] += PLACES
    return told


def networks() -> Iterator[tuple[str, network.Network]]:
    """Give the network of the demo district and of every file."""
    town = demo.build(size="small", seed=1).layers
    yield (
        "demo district",
        network.build(town["street"], barriers=town["barrier"], gates=town["gate"]),
    )
    for path in sorted((ROOT.parent / "shared" / "data" / "osm").glob("*.osm*")):
        found = files.streets_from_osm(path)
        streets = coords.to_metres(found["street"])
        around = {
            name + "s": found[name].to_crs(streets.crs)
            for name in ("barrier", "gate")
            if name in found
        }
        yield path.name, network.build(streets, **around)


def main() -> None:
    """Print the table."""
    total: Counter = Counter()
    print("| streets | edges | cases | routes walked | no way | worst relative | wrong |")
    print("|---|---|---|---|---|---|---|")
    for seed, (name, net) in enumerate(networks()):
        told = counted(net, seed)
        worst = told.pop("worst", 0.0)
        total += told
        print(
            f"| {name} | {net.edges:,} | {told['cases']:,} | {told['routes']:,} |"
            f" {told['unreached']:,} | {worst:.1e} | {told['wrong']} |",
            flush=True,
        )
    sorts = {n: c for n, c in total.items() if " " in n}
    print(f"{total['cases']:,} cases, {total['routes']:,} routes, {total['wrong']} wrong; {sorts}")


if __name__ == "__main__":
    main()
