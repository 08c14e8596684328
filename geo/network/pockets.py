"""Private ways: walked where a walk begins or ends, never through.

A *pocket* is a connected piece of private ways. A walk may leave the pocket that it begins
in, go over public ways, and enter the pocket that it ends in: private* public* private*.
The search goes from stations outwards, over states of a walk: a node has one state on
public ground, and where private ways meet it two more, for the ways of the pocket at the
end of the walk and for those at its beginning. So a plain shortest path over the states is
a shortest walk by the rule.

States, of n nodes of which p have private ways: ``0 … n − 1`` public, ``n … n + p − 1`` at
the end, ``n + p … n + 2 p − 1`` at the beginning. The label of the state at the beginning is
never worse than that of the public one, nor this worse than that at the end.
"""

from typing import NamedTuple

import numpy as np

from geo.network.kernel import I32, Bools, compiled


class Graph(NamedTuple):
    """Who is joined to whom, for one walker.

    State i has the arcs ``first[i]:first[i + 1]``; arc a leads to state ``heads[a]`` over edge
    ``via[a]`` at ``step[a]``. Edge e joins nodes ``tail[e]`` and ``head[e]`` and costs
    ``cost[e]`` centimetres on the level (`BLOCKED`: not for him); a walk that begins on it
    passes its ends in the states ``from_tail[e]`` and ``from_head[e]``. `pocket` are the nodes
    that private ways meet, ``inner[i]`` the position of node i among them (−1: none do).
    Without private ways `pocket` and `inner` are empty, and states are nodes.
    """

    first: I32
    heads: I32
    via: I32
    step: I32
    tail: I32
    head: I32
    cost: I32
    from_tail: I32
    from_head: I32
    pocket: I32
    inner: I32


def graph(tail: I32, head: I32, length_cm: I32, private: Bools, nodes: int) -> Graph:
    """Build the arcs between states, both directions of every edge."""
    edge = np.arange(len(tail), dtype=np.int32)
    if not private.any():
        first, heads, via = _sorted(np.r_[tail, head], np.r_[head, tail], np.r_[edge, edge], nodes)
        none = np.empty(0, dtype=np.int32)
        return Graph(
            first, heads, via, length_cm[via], tail, head, length_cm, tail, head, none, none
        )
    pocket = np.unique(np.r_[tail[private], head[private]]).astype(np.int32)
    inner = np.full(nodes, -1, dtype=np.int32)
    inner[pocket] = np.arange(len(pocket))
    ending, begun = inner + nodes, inner + nodes + len(pocket)
    a, b, e = np.r_[tail, head], np.r_[head, tail], np.r_[edge, edge]
    inside, door = np.r_[private, private], inner[b] >= 0
    public, enters = ~inside, ~inside & door
    source = np.r_[a[public], a[enters], ending[a[inside]], ending[a[inside]], begun[a[inside]]]
    target = np.r_[b[public], begun[b[enters]], ending[b[inside]], b[inside], begun[b[inside]]]
    over = np.r_[e[public], e[enters], e[inside], e[inside], e[inside]]
    first, heads, via = _sorted(
        source.astype(np.int32), target.astype(np.int32), over, nodes + 2 * len(pocket)
    )
    from_tail = np.where(private, begun[tail], tail).astype(np.int32)
    from_head = np.where(private, begun[head], head).astype(np.int32)
    return Graph(
        first, heads, via, length_cm[via], tail, head, length_cm, from_tail, from_head, pocket, inner
    )  # fmt: skip


@compiled
def _sorted(source: I32, target: I32, over: I32, states: int) -> tuple[I32, I32, I32]:
    """Sort arcs by the state that they leave."""
    first = np.zeros(states + 1, dtype=np.int32)
    for u in source:
        first[u + 1] += 1
    for i in range(states):
        first[i + 1] += first[i]
    place = first[:-1].copy()
    heads, via = np.empty_like(target), np.empty_like(over)
    for i in range(len(source)):
        at = place[source[i]]
        heads[at], via[at] = target[i], over[i]
        place[source[i]] += 1
    return first, heads, via


@compiled
def nodes(graph: Graph) -> int:
    """Count the nodes."""
    return len(graph.first) - 1 - 2 * len(graph.pocket)


@compiled
def node(graph: Graph, state: int) -> int:
    """Give the node of a state."""
    n = nodes(graph)
    return state if state < n else int(graph.pocket[(state - n) % len(graph.pocket)])


@compiled
def is_ending(graph: Graph, state: int) -> bool:
    """Say whether a state is one at the end of a walk; no walk that begins elsewhere asks it."""
    n = nodes(graph)
    return n <= state < n + len(graph.pocket)


@compiled
def onwards(graph: Graph, state: int, edge: int) -> int:
    """Give the next state of a walk that goes over an edge towards its station."""
    at = node(graph, state)
    v = graph.head[edge] if graph.tail[edge] == at else graph.tail[edge]
    if graph.from_tail[edge] == graph.tail[edge]:
        return int(v)
    n, p = nodes(graph), len(graph.pocket)
    return int(graph.inner[v]) + (n + p if state >= n + p else n)


@compiled
def ends(graph: Graph, edge: int, at: int, states: I32) -> int:
    """Write the states in which a walk ends from a node over an edge; give their number."""
    states[0] = at
    if len(graph.pocket) == 0 or graph.inner[at] < 0:
        return 1
    n, p = nodes(graph), len(graph.pocket)
    states[1] = graph.inner[at] + n + p
    if graph.from_tail[edge] == graph.tail[edge]:
        return 2
    states[2] = graph.inner[at] + n
    return 3
