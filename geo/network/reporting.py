"""What is odd about a network, and who cannot reach it."""

import numpy as np
import numpy.typing as npt
import shapely

from geo.layers import Finding, Report, Severity
from geo.network.construction import pieces
from geo.network.graph import Network
from geo.network.kernel import I32, Objects
from geo.network.rules import LINK, PRIVATE, STEPS
from geo.network.snapping import REACH_M, Snap

SHORT_M = 2.0
"""A dead end shorter than this is drawing noise and is not reported one by one."""


def report(net: Network, *, dead_end_m: float = SHORT_M) -> Report:
    """Name the dead ends and the disconnected pieces of a network, with their lengths.

    Returns
    -------
    Report
        Facts `nodes`, `edges`, `length_m`, `steps_m`, `private_m`, `links` (made at gates),
        `pieces`, `dead_ends`, `dead_ends_m`. Findings `network_piece` for every piece but
        the longest, `network_dead_end` for every dead end of at least `dead_end_m`; longest
        first, with the street concerned and the place.
    """
    piece = pieces(net.graph.tail, net.graph.head, net.nodes)
    length_m = net.length_cm / 100.0
    of_edge = piece[net.graph.tail]
    by_piece = np.bincount(of_edge, weights=length_m, minlength=1)
    ends = dead_ends(net)
    facts = {
        "nodes": net.nodes,
        "edges": net.edges,
        "length_m": float(length_m.sum()),
        "steps_m": float(length_m[(net.flags & STEPS) > 0].sum()),
        "private_m": float(length_m[(net.flags & PRIVATE) > 0].sum()),
        "links": int(((net.flags & LINK) > 0).sum()),
        "pieces": len(by_piece) if net.edges else 0,
        "dead_ends": len(ends),
        "dead_ends_m": float(length_m[ends].sum()),
    }
    lines = net.lines()
    order = np.argsort(-by_piece, kind="stable")[1:]
    found = [_piece(net, np.flatnonzero(of_edge == p), lines) for p in order.tolist()]
    long = ends[length_m[ends] >= dead_end_m]
    long = long[np.argsort(-length_m[long], kind="stable")]
    return Report("street", (*found, *(_dead_end(net, e, lines[e]) for e in long.tolist())), facts)


def dead_ends(net: Network) -> I32:
    """Give the edges that end at a node where nothing goes on."""
    tail, head = net.graph.tail, net.graph.head
    uses = np.bincount(np.r_[tail, head], minlength=net.nodes)
    ends = (uses[tail] == 1) | (uses[head] == 1)
    return np.flatnonzero(ends).astype(np.int32)


def _street(net: Network, edge: int) -> str:
    at = int(net.street[edge])
    return net.street_ids[at] if at >= 0 else ""


def _piece(net: Network, edges: npt.NDArray[np.intp], lines: Objects) -> Finding:
    metres = float(net.length_cm[edges].sum()) / 100
    streets = tuple(dict.fromkeys(s for e in edges.tolist() if (s := _street(net, e))))
    return Finding(
        "network_piece",
        Severity.WARN,
        "street",
        zh=f"有 {metres:.0f} 米道路与主路网不相连",
        en=f"{metres:.0f} m of streets are not connected with the others",
        features=streets[:20],
        hint_zh="检查是否漏接端点，或缺少桥梁、通道",
        hint_en="look for an end that misses its junction, or for a bridge or passage that is not drawn",
        place=shapely.MultiLineString(list(lines[edges])),
    )


def _dead_end(net: Network, edge: int, line: shapely.LineString) -> Finding:
    metres = float(net.length_cm[edge]) / 100
    return Finding(
        "network_dead_end",
        Severity.INFO,
        "street",
        zh=f"断头路，长 {metres:.0f} 米",
        en=f"a dead end of {metres:.0f} m",
        features=(street,) if (street := _street(net, edge)) else (),
        place=line,
    )


def unjoined(joined: Snap, ids: Objects, *, layer: str = "building") -> list[Finding]:
    """Name the places that reach no street, behind a wall without a gate or far from any.

    Parameters
    ----------
    joined : Snap
        The places, snapped.
    ids : (n,) text
        How they are called, in the same order.
    layer : str
        What they are.
    """
    found = []
    for i in np.flatnonzero(joined.edge < 0).tolist():
        walled = bool(joined.blocked[i])
        found.append(
            Finding(
                "no_gate" if walled else "no_street",
                Severity.WARN,
                layer,
                zh="被围墙、河流或铁路隔开，未见出入口"
                if walled
                else f"{REACH_M:.0f} 米内没有可步行的道路",
                en="no gate known: a wall, river or railway stands before every street"
                if walled
                else f"no street that can be walked within {REACH_M:.0f} m",
                features=(str(ids[i]),),
                hint_zh="补绘出入口，或补绘小区内部道路" if walled else "补绘道路",
                hint_en="draw the gate, or the ways inside" if walled else "draw the street",
                place=shapely.Point(joined.xy[i]),
            )
        )
    return found
