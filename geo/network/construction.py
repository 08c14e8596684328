"""From tables of streets, barriers and gates to the walking network."""

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo import coords
from geo.errors import CrsError
from geo.network import noding, rules, walls
from geo.network.graph import Kinds, Names, Network, assemble
from geo.network.kernel import I32, I64, Bools, Objects

MEET_M = 0.5
"""Ends of ways of a street file that miss another way by no more than this meet it."""


def build(
    streets: gpd.GeoDataFrame,
    *,
    barriers: gpd.GeoDataFrame | None = None,
    gates: gpd.GeoDataFrame | None = None,
    tolerance_m: float = 0.0,
    node: bool = False,
    drop_pieces_m: float = 0.0,
    through_private: bool = False,
) -> Network:
    """Build the walking network.

    Ways meet only at vertices that they share, so that a bridge passes over what it
    crosses. Which ways are walked is told by `network.rules`. A gate that no way passes
    through is linked to the nearest way on each side of its wall.

    Parameters
    ----------
    streets : StreetLayer
        Centre lines in metres.
    barriers : BarrierLayer, optional
        Rivers, railways, walls. Streets are taken at their word where they cross one; no
        connector between a building and its street may.
    gates : gate layer, optional
        Openings in the walls; those with ``foot = no`` stay shut, and ways that are drawn
        through them end there.
    tolerance_m : float
        Ends of ways this near to another vertex (with `node`: to another way) are drawn to
        it. 0: only equal coordinates meet.
    node : bool
        Planar data whose lines cross without a common vertex: cut them where they cross
        each other or themselves, if they lie on one level (`layer`; a bridge without one 1, a tunnel −1).
    drop_pieces_m : float
        Leave out pieces of the network, unconnected with its longest, shorter than this.

    through_private : bool
        Whether walks may lead through private ways. By default they only begin and end
        there (`network.pockets`): nobody is sent through a compound that is not his own.

    Returns
    -------
    Network
        Of the ways that somebody may walk; it may be empty.

    Raises
    ------
    CrsError
        When a layer is not in metres, or not in the system of the streets.
    """
    _same_system(streets, barriers, gates)
    lines, street = _parts(streets, rules.walkable(streets))
    lines, whole = walls.cut_at_shut(lines, gates, tolerance_m=tolerance_m)
    street = street[whole]
    if node:
        lines, whole = noding.untangled(lines)
        street = street[whole]
        lines = noding.crossed(lines, _levels(streets)[street], tolerance_m=tolerance_m)
    lines, added = walls.links(lines, barriers, gates)
    flags = np.r_[rules.flags(streets)[street], np.full(len(added), rules.LINK, dtype=np.uint8)]
    street = np.r_[street, np.full(len(added), -1, dtype=np.int32)]
    edges = noding.shared(np.r_[lines, added], tolerance_m=tolerance_m)
    if drop_pieces_m > 0:
        edges = _without_pieces(edges, drop_pieces_m)
    kinds = Kinds(flags, street, Names.of(streets["id"]))
    solid = walls.openings(barriers, gates)
    return assemble(edges, kinds, CRS(streets.crs), solid, through_private=through_private)


def met(streets: gpd.GeoDataFrame, *, tolerance_m: float = MEET_M) -> tuple[gpd.GeoDataFrame, int]:
    """Give planar streets, as street files hold them, common vertices where they meet.

    Afterwards they are as OpenStreetMap's: lines of one level that cross, overlap or touch
    share a vertex, ends within the tolerance of another line lie on it, bridges and tunnels
    pass over and under (see `noding.crossed`). Done once, when a file comes in.

    Parameters
    ----------
    streets : StreetLayer
        In metres; `layer`, `bridge` and `tunnel` tell the level.
    tolerance_m : float
        Ends that stop short of a line by no more than this are drawn to it.

    Returns
    -------
    streets, lacking
        The same rows in the same order, and the number of vertices that were added.
    """
    _same_system(streets)
    return noding.joined(streets, _levels(streets), tolerance_m=tolerance_m)


def _same_system(*layers: gpd.GeoDataFrame | None) -> None:
    known = [layer for layer in layers if layer is not None]
    for layer in known:
        coords.require_metres(layer)
        if layer.crs != known[0].crs:
            raise CrsError(
                "streets, barriers and gates are not in one system",
                zh="道路、屏障与出入口的坐标系不一致",
                hint="bring all of them to one working system with coords.to_metres",
                hint_zh="请先用 coords.to_metres 转到同一工作坐标系",
            )


def _parts(streets: gpd.GeoDataFrame, keep: Bools) -> tuple[Objects, I32]:
    lines, index = shapely.get_parts(streets.geometry.to_numpy()[keep], return_index=True)
    return lines, np.flatnonzero(keep)[index].astype(np.int32)


def _levels(streets: gpd.GeoDataFrame) -> I32:
    """Give the level of every street: its layer, or that of a plain bridge or tunnel."""
    level, bridge, tunnel = (
        streets[name].to_numpy(dtype=np.int32)
        if name in streets
        else np.zeros(len(streets), np.int32)
        for name in ("layer", "bridge", "tunnel")
    )
    plain = (bridge > 0).astype(np.int32) - (tunnel > 0).astype(np.int32)
    return np.where(level != 0, level, plain).astype(np.int32)


def pieces(tail: I64 | I32, head: I64 | I32, nodes: int) -> I32:
    """Number the connected pieces of a graph; give the piece of every node."""
    links = coo_array((np.ones(len(tail), dtype=np.int8), (tail, head)), shape=(nodes, nodes))
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.int32)


def _without_pieces(edges: noding.Edges, least_m: float) -> noding.Edges:
    piece = pieces(edges.tail, edges.head, len(edges.x_m))[edges.tail]
    leg = np.hypot(*np.diff(edges.points, axis=0).T)
    far = np.r_[0.0, np.cumsum(leg)]
    length = np.bincount(piece, weights=far[edges.start[1:] - 1] - far[edges.start[:-1]])
    keep = (length >= least_m)[piece] | (piece == length.argmax())
    count = np.diff(edges.start)
    used, node = np.unique(np.r_[edges.tail[keep], edges.head[keep]], return_inverse=True)
    return noding.Edges(
        edges.x_m[used], edges.y_m[used], node[: keep.sum()], node[keep.sum() :],
        edges.points[np.repeat(keep, count)], np.r_[0, np.cumsum(count[keep])], edges.line[keep],
    )  # fmt: skip
