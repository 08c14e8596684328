"""How fast door cards are printed: python tests/bench/bench_cards.py [--cards N]

Prints milliseconds of CPU a card: the ways of a made-up town of 10,000 doors, cards bound as
one file and one by one, and the ratio to a bare page of the same text.
"""

import argparse
import io
import time

import geopandas as gpd
import numpy as np
import pyproj
import shapely

import maps
from geo import network
from maps.cards import Card, Imprint, Press, Stop
from maps.cards.codes import qr
from maps.cards.letters import Letters, clean
from maps.cards.pdf import Document
from maps.cards.pen import Pen

CRS = pyproj.CRS("EPSG:4549")
SIDE, STEP_M = 60, 120.0
IMPRINT = Imprint("成年人", 1.2, 1.5, "12345")


def town() -> tuple[maps.Base, gpd.GeoDataFrame]:
    """Make a crooked lattice of streets with about ten thousand houses between them."""
    rng = np.random.default_rng(1)
    at = np.stack(np.meshgrid(np.arange(SIDE), np.arange(SIDE), indexing="ij"), axis=-1) * STEP_M
    at = at + rng.uniform(-20, 20, at.shape) + (440_000, 3_560_000)
    pairs = np.concatenate([
        np.stack([at[:-1], at[1:]], axis=2).reshape(-1, 2, 2),
        np.stack([at[:, :-1], at[:, 1:]], axis=2).reshape(-1, 2, 2),
    ])  # fmt: skip
    streets = gpd.GeoDataFrame(
        {"id": np.arange(len(pairs)).astype(str), "highway": "residential"},
        geometry=shapely.linestrings(pairs), crs=CRS,
    )  # fmt: skip
    streets["name"] = [
        f"{'东西南北'[i % 4]}{'春江花月夜'[i % 5]}{i % 60}路" for i in range(len(pairs))
    ]
    middles = at[:-1, :-1].reshape(-1, 2) + 60
    spots = np.concatenate([middles + shift for shift in ((-25, -20), (25, -20), (0, 25))])
    houses = gpd.GeoDataFrame(geometry=shapely.box(*(spots - 9).T, *(spots + 9).T), crs=CRS)
    parks = gpd.GeoDataFrame(
        {"kind": "park", "name": [f"公园{i}" for i in range(100)]},
        geometry=shapely.buffer(shapely.points(middles[::35][:100]), 50), crs=CRS,
    )  # fmt: skip
    return maps.Base(streets, parks, houses, date="2026-11-01"), houses


def doors(base: maps.Base, houses: gpd.GeoDataFrame, count: int) -> list[Card]:
    """Give cards with their ways to three of seventy-three stations."""
    net = network.build(base.streets)
    spots = shapely.get_coordinates(shapely.centroid(houses.geometry.to_numpy()))
    rng = np.random.default_rng(2)
    ends = spots[rng.choice(len(spots), 73, replace=False)]
    tree = network.tree(net, ends, k=3)
    chosen = rng.choice(len(spots), min(count, len(spots)), replace=False)
    return [_card(i, spots[i], houses.geometry.iloc[i], network.routes(tree, spots[i]))
            for i in chosen.tolist()]  # fmt: skip


def _card(i: int, spot: np.ndarray, shape: shapely.Polygon, ways: list[network.Route]) -> Card:
    stops = tuple(
        Stop(f"春江花苑第{way.station}暖心驿站", "Mo-Fr 08:30-17:30; Sa 09:00-12:00; PH off",
             "rest;water;toilet;reading;meal", f"0511-555{way.station:04d}", f"学府路{way.station}号",
             f"https://uri.amap.com/navigation?to=119.45,32.2,{'%E6%98%A5' * 9}{way.station}&mode=walk",
             way.metres, way.seconds, way.line)
        for way in ways if way.found
    )  # fmt: skip
    link = f"https://wangge.example.gov.cn/at/B{i:05d}"
    return Card(f"B{i:05d}", f"春江花苑{i}幢", float(spot[0]), float(spot[1]), stops, link, shape)


def bare(cards: list[Card]) -> None:
    """Print only the text of the stations."""
    document, letters = Document(io.BytesIO(), "bare", (595, 842)), Letters()
    for card in cards:
        pen = Pen(document, letters)
        lines = [card.title]
        for stop in card.stops:
            lines += [stop.name, stop.hours, stop.services, stop.phone, stop.address]
        for k, line in enumerate(lines):
            pen.text(40, 780 - 40 * k, clean(line), 18)
        document.page(pen.content())
    document.close(letters.embed(document))


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cards", type=int, default=500)
    count = parser.parse_args().cards
    base, houses = town()
    begin = time.process_time()
    cards = doors(base, houses, count)
    print(f"{len(cards):,} cards; network, stations and ways  {time.process_time() - begin:6.2f} s")
    begin = time.process_time()
    press = Press(base, CRS, IMPRINT)
    press.bind(cards[:1], io.BytesIO(), title="first")
    print(f"ground and typeface made ready, once     {time.process_time() - begin:6.2f} s")
    begin, out = time.process_time(), io.BytesIO()
    press.bind(cards, out, title="all")
    each = (time.process_time() - begin) / len(cards)
    size = len(out.getvalue()) / len(cards) / 1024
    print(
        f"one file      {1000 * each:6.1f} ms a card  {size:6.1f} kB a card  {each * 1e4:5.0f} s for 10,000"
    )
    qr.cache_clear()
    begin, some, size = time.process_time(), cards[: max(1, count // 5)], 0
    for card in some:
        out = io.BytesIO()
        press.bind([card], out, title=card.title)
        size += len(out.getvalue())
    alone = (time.process_time() - begin) / len(some)
    print(f"a file each   {1000 * alone:6.1f} ms a card  {size / len(some) / 1024:6.1f} kB a card")
    begin = time.process_time()
    bare(cards)
    text = (time.process_time() - begin) / len(cards)
    print(f"bare text     {1000 * text:6.1f} ms a page; a card costs {each / text:.1f} × as much")


if __name__ == "__main__":
    main()
