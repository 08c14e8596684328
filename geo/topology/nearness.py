"""Vertices of neighbours that nearly meet, or that one of them lacks.

Such a near miss has no ground of its own worth speaking of, but the next edit opens it.
"""

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.topology.borders import Bools, Borders, Floats, Ints, Shapes, vertex_keys
from geo.topology.faults import Fault
from geo.topology.sheets import Sheet


def missed(sheet: Sheet, known: list[BaseGeometry], *, tolerance_m: float) -> list[Fault]:
    """Find the near misses of each pair of areas away from ground already `known` as faulty."""
    b = sheet.borders
    vertex, segment, away_m = _close(b, tolerance_m)
    nearest = np.argsort(away_m, kind="stable")
    _, once = np.unique([vertex[nearest], b.owner[segment[nearest]]], axis=1, return_index=True)
    first: Ints = nearest[once]
    vertex, segment, away_m = vertex[first], segment[first], away_m[first]
    places = np.asarray(shapely.points(b.xy[b.tail[vertex]]), dtype=object)
    free = np.ones(len(vertex), dtype=bool)
    if known and len(vertex):
        faulty = shapely.union_all(known)
        free = np.asarray(shapely.distance(places, faulty) > tolerance_m)
    vertex, segment, away_m, places = vertex[free], segment[free], away_m[free], places[free]
    pair = np.sort(np.stack([b.owner[vertex], b.owner[segment]], axis=1), axis=1)
    pairs, group, counts = np.unique(pair, axis=0, return_inverse=True, return_counts=True)
    order = np.argsort(group, kind="stable")
    spots: Shapes = np.asarray(shapely.multipoints(places[order], indices=group[order]))
    far_m = np.zeros(len(pairs))
    np.maximum.at(far_m, group, away_m)
    return [
        Fault("NEAR_MISS", (one, other), spot, facts={"away_m": f"{far:.3f}", "vertices": str(n)})
        for (one, other), spot, far, n in zip(
            pairs.tolist(), spots, far_m.tolist(), counts.tolist(), strict=True
        )
    ]


def _close(b: Borders, tolerance_m: float) -> tuple[Ints, Ints, Floats]:
    """Pair the vertices at open segments with open segments of others that lack them.

    A vertex is named by the segment that starts in it. Where the nearest point of the
    other area is a corner that both share, they do meet, and a short edge is no fault.
    """
    open_ = b.unmatched()
    at_open = np.isin(b.tail, np.union1d(b.tail[open_], b.head[open_]))
    starts = np.flatnonzero(at_open)
    lines = b.lines(open_)
    v, s = shapely.STRtree(lines).query(
        shapely.points(b.xy[b.tail[starts]]), predicate="dwithin", distance=tolerance_m
    )
    v, s = starts[v], open_[s]
    apart = b.owner[v] != b.owner[s]
    v, s = v[apart], s[apart]
    apart = ~_has(b, b.owner[s], b.xy[b.tail[v]])
    v, s = v[apart], s[apart]
    nearest, away_m, corner = _foot(b, v, s)
    apart = ~(corner & _has(b, b.owner[v], nearest))
    return v[apart], s[apart], away_m[apart]


def _foot(b: Borders, v: Ints, s: Ints) -> tuple[Floats, Floats, Bools]:
    """Give the point of each segment nearest to the vertex, its distance, and if it is an end."""
    tail, head, point = b.xy[b.tail[s]], b.xy[b.head[s]], b.xy[b.tail[v]]
    run = head - tail
    t = np.clip(np.sum((point - tail) * run, axis=1) / np.sum(run * run, axis=1), 0.0, 1.0)
    foot = np.where((t == 1.0)[:, None], head, tail + t[:, None] * run)
    away = point - foot
    return foot, np.hypot(away[:, 0], away[:, 1]), (t == 0.0) | (t == 1.0)


def _has(b: Borders, areas: Ints, xy: Floats) -> Bools:
    """Say whether each area has a vertex exactly there."""
    mine = np.flatnonzero(np.isin(b.owner, np.unique(areas)))
    salt = np.uint64(0x9E3779B97F4A7C15)
    there = vertex_keys(b.xy[b.tail[mine]]) ^ (b.owner[mine].astype(np.uint64) * salt)
    return np.asarray(np.isin(vertex_keys(xy) ^ (areas.astype(np.uint64) * salt), there))
