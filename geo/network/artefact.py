"""Networks and the tables of nearest stations, kept in files that many processes share.

A file is a line of JSON (what it is, format, key, sum, and where each array lies), and the
arrays, each at a multiple of 64 bytes. It is written beside its place and moved there whole,
and read by mapping: processes that load the same file share its pages. Who has an older file
open keeps it until he lets go. The key names what the content was made from; a file with
another key or format, or whose sum is wrong, is as good as none.
"""

import json
import os
import zlib
from mmap import ACCESS_COPY, mmap
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from pyproj import CRS

from geo.layers import Walker
from geo.network.graph import Names, Network
from geo.network.labels import Known
from geo.network.pockets import Graph
from geo.network.segments import SegmentGrid
from geo.network.snapping import Snap
from geo.network.tree import Tree, planted, targets

FORMAT = 1
"""To be raised when arrays change their meaning: older files are then not read."""
SIDE = 64
Arrays = dict[str, npt.NDArray[Any]]


class _Content(NamedTuple):
    arrays: Arrays
    told: dict[str, Any]


def save(made: Network | Tree, path: Path, *, key: str) -> None:
    """Keep a network, or a tree without its network, in a file.

    Raises
    ------
    OSError
        When it cannot be written; what was there before is then still there.
    """
    content = _of_network(made) if isinstance(made, Network) else _of_tree(made)
    _write(path, content, key)


def load(path: Path, *, key: str) -> Network | None:
    """Map a network; None when there is none at this place that can be used.

    Its arrays belong to the file until they are written to.
    """
    content = _read(path, key, "network")
    if content is None:
        return None
    arrays, told = content
    graph = Graph(*(arrays.get(f"graph.{name}", arrays["graph.tail"]) for name in Graph._fields))
    if not len(graph.pocket):
        graph = graph._replace(from_tail=graph.tail, from_head=graph.head)
    return Network(
        crs=CRS.from_wkt(told["crs"]),
        x_m=arrays["x_m"],
        y_m=arrays["y_m"],
        graph=graph,
        flags=arrays["flags"],
        street=arrays["street"],
        street_ids=Names(arrays["names.text"], arrays["names.first"]),
        shapes=_grid(content, "shapes"),
        walls=_grid(content, "walls"),
    )


def load_tree(path: Path, net: Network, walker: Walker, *, key: str) -> Tree | None:
    """Map the tree of a network and a walker; None when there is none that can be used."""
    content = _read(path, key, "tree")
    if content is None or content.told["walker"] != repr(walker):
        return None
    arrays = content.arrays
    graph = net.walked_by(walker)
    stations = Snap(*(arrays[f"stations.{name}"] for name in Snap._fields))
    known = Known(*(arrays[f"known.{name}"] for name in Known._fields))
    if len(known.far_cm) != len(graph.first) - 1:
        return None
    over = graph, stations, targets(stations, graph, net.length_cm)
    return planted(net, walker, over, known, int(content.told["limit_cm"]))


def _of_network(net: Network) -> _Content:
    arrays: Arrays = {"x_m": net.x_m, "y_m": net.y_m, "flags": net.flags, "street": net.street}
    arrays |= {"names.text": net.street_ids.text, "names.first": net.street_ids.first}
    arrays |= {f"graph.{name}": part for name, part in net.graph._asdict().items()}
    if not len(net.graph.pocket):
        del arrays["graph.from_tail"], arrays["graph.from_head"]
    told: dict[str, Any] = {"kind": "network", "crs": net.crs.to_wkt()}
    for name, grid in (("shapes", net.shapes), ("walls", net.walls)):
        fields = grid._asdict()
        held = {n: part for n, part in fields.items() if isinstance(part, np.ndarray)}
        arrays |= {f"{name}.{n}": part for n, part in held.items()}
        told[name] = {n: part for n, part in fields.items() if n not in held}
    return _Content(arrays, told)


def _of_tree(tree: Tree) -> _Content:
    arrays: Arrays = {f"known.{name}": part for name, part in tree.known._asdict().items()}
    arrays |= {f"stations.{name}": part for name, part in tree.stations._asdict().items()}
    told = {"kind": "tree", "walker": repr(tree.walker), "limit_cm": tree.limit_cm}
    return _Content(arrays, told)


def _grid(content: _Content, name: str) -> SegmentGrid:
    numbers = content.told[name]
    return SegmentGrid(
        **{f: numbers.get(f, content.arrays.get(f"{name}.{f}")) for f in SegmentGrid._fields}
    )


def _write(path: Path, content: _Content, key: str) -> None:
    places, at, total = {}, 0, 0
    blocks = []
    for name, part in content.arrays.items():
        block = np.ascontiguousarray(part).tobytes()
        block += bytes(-len(block) % SIDE)
        places[name] = (part.dtype.str, part.shape, at)
        total = zlib.crc32(block, total)
        at += len(block)
        blocks.append(block)
    told = {**content.told, "format": FORMAT, "key": key, "sum": total, "bytes": at}
    head = json.dumps({**told, "arrays": places}).encode()
    head += b" " * (-(len(head) + 1) % SIDE) + b"\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("wb") as file:
            file.write(head)
            file.writelines(blocks)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _read(path: Path, key: str, kind: str) -> _Content | None:
    try:
        with path.open("rb") as file:
            told = json.loads(file.readline())
            begin = file.tell()
            if (told["kind"], told["format"], told["key"]) != (kind, FORMAT, key):
                return None
            data = np.frombuffer(mmap(file.fileno(), 0, access=ACCESS_COPY), dtype=np.uint8)[begin:]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if len(data) != told["bytes"] or zlib.crc32(data.data) != told["sum"]:
        return None
    arrays = {
        name: _part(data, np.dtype(dtype), tuple(shape), at)
        for name, (dtype, shape, at) in told["arrays"].items()
    }
    return _Content(arrays, told)


def _part(
    data: npt.NDArray[np.uint8], dtype: np.dtype[Any], shape: tuple[int, ...], at: int
) -> npt.NDArray[Any]:
    size = dtype.itemsize * int(np.prod(shape))
    return data[at : at + size].view(dtype).reshape(shape)
