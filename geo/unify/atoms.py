"""Atoms: the pieces of ground that every net leaves whole.

All borders of all nets are noded together on one fine grain and polygonised; every piece
then lies in one area of each net, or in none. Pieces narrower than a stated width are
drawing noise, not policy: they join the neighbour that agrees with most of their nets.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS

from geo import coords
from geo.errors import BadInput, SchemaError

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Shapes = npt.NDArray[np.object_]
GRAIN_M = 0.01
SLIVER_M = 2.0
NOWHERE = -1


@dataclass(frozen=True, slots=True, eq=False)
class Atoms:
    """Pieces of ground and who calls them what.

    `nets` are names, `codes` the codes of each net's areas. `shapes` (n,) are polygons in
    `crs`; ``label[i, k]`` is the area of net k that holds piece i (−1: none); `counts` (n,)
    are households, `home` (homes,) the piece of every home (−1: outside all). `pairs`
    (p, 2) are neighbours, ``[i, j]`` with i < j, `border_m` the metres they share.
    `doubled` homes lie in two areas of one net, of which the first counts.
    """

    nets: tuple[str, ...]
    codes: tuple[npt.NDArray[np.object_], ...]
    shapes: Shapes
    label: Ints
    counts: Ints
    home: Ints
    pairs: Ints
    border_m: Floats
    crs: CRS
    doubled: int

    def frame(self) -> gpd.GeoDataFrame:
        """Give the pieces as a table: households and, for each net, the code it is given."""
        columns: dict[str, object] = {"households": self.counts}
        for k, name in enumerate(self.nets):
            columns[name] = self.named(k)
        return gpd.GeoDataFrame(columns, geometry=self.shapes, crs=self.crs)

    def named(self, k: int) -> npt.NDArray[np.object_]:
        """Give each piece's code in net k; empty where none holds it."""
        codes = np.append(self.codes[k], "")
        named: npt.NDArray[np.object_] = codes[self.label[:, k]]
        return named


def atoms(
    nets: Mapping[str, gpd.GeoDataFrame], homes: gpd.GeoDataFrame, *, sliver_m: float = SLIVER_M
) -> Atoms:
    """Cut the ground into the pieces that every net leaves whole.

    Parameters
    ----------
    nets : mapping of name to GeoDataFrame
        At least one; `code` and polygons in one metre system.
    homes : GeoDataFrame
        `households` and shapes in the same system; a home counts where its inner point lies.
    sliver_m : float
        Pieces whose mean width (2 · area ÷ perimeter) is less join a neighbour, ≥ 0.

    Raises
    ------
    BadInput
        Without nets, or with a negative width.
    SchemaError
        When a code stands twice in a net.
    """
    _check(nets, homes, sliver_m)
    frames = list(nets.values())
    shapes = _pieces(frames)
    label, _ = _labels(shapes, frames)
    kept = np.any(label >= 0, axis=1)
    shapes, label = shapes[kept], label[kept]
    pairs, border_m = touching(shapes)
    owner = _absorbed(shapes, label, (pairs, border_m), sliver_m)
    shapes, label = _joined(shapes, label, owner)
    pairs, border_m = touching(shapes)
    points = shapely.point_on_surface(homes.geometry.to_numpy())
    home = _holding(shapes, points)
    inside = home >= 0
    counts = np.bincount(
        home[inside], homes["households"].to_numpy()[inside], minlength=len(shapes)
    )
    codes = tuple(frame["code"].to_numpy(dtype=object) for frame in frames)
    doubled = _labels(points, frames)[1]
    return Atoms(
        tuple(nets), codes, shapes, label, np.rint(counts).astype(np.int64), home, pairs,
        border_m, CRS.from_user_input(homes.crs), doubled,
    )  # fmt: skip


def _check(nets: Mapping[str, gpd.GeoDataFrame], homes: gpd.GeoDataFrame, sliver_m: float) -> None:
    if not nets:
        raise BadInput("there are no nets to unify", zh="没有要合一的网格")
    if sliver_m < 0:
        raise BadInput(f"sliver width {sliver_m} is negative", zh=f"碎片宽度为负：{sliver_m}")
    for name, frame in {**nets, "homes": homes}.items():
        coords.require_metres(frame)
        if frame.crs != homes.crs:
            raise SchemaError(f"net {name} is in another system than the homes")
    for name, frame in nets.items():
        twice = sorted(set(frame.loc[frame["code"].duplicated(), "code"]))
        if twice:
            raise SchemaError(
                f"net {name}: code {twice[0]} stands twice",
                zh=f"“{name}”中编码 {twice[0]} 重复",
                where=twice[:20],
                hint="give every area of a net its own code",
                hint_zh="请为每个网格填写唯一编码",
            )


def _pieces(frames: list[gpd.GeoDataFrame]) -> Shapes:
    """Node all borders together and give the faces between them."""
    borders = np.concatenate([shapely.boundary(frame.geometry.to_numpy()) for frame in frames])
    noded = shapely.union_all(borders, grid_size=GRAIN_M)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    found: Shapes = shapely.normalize(faces)
    middle = shapely.get_coordinates(shapely.centroid(found))
    return found[np.lexsort([middle[:, 1], middle[:, 0]])]


def _labels(shapes: Shapes, frames: list[gpd.GeoDataFrame]) -> tuple[Ints, int]:
    """Give the first area of each net that holds each shape's inner point; count the doubled."""
    points = shapely.point_on_surface(shapes)
    label = np.full((len(points), len(frames)), NOWHERE, dtype=np.int64)
    doubled = 0
    for k, frame in enumerate(frames):
        tree = shapely.STRtree(frame.geometry.to_numpy())
        which, area = tree.query(points, predicate="within")
        order = np.lexsort([-area, which])
        label[which[order], k] = area[order]
        doubled += len(which) - len(np.unique(which))
    return label, doubled


def _holding(shapes: Shapes, points: Shapes) -> Ints:
    """Give the piece that holds each point, the first of several; −1 for none."""
    home = np.full(len(points), NOWHERE, dtype=np.int64)
    which, piece = shapely.STRtree(shapes).query(points, predicate="intersects")
    order = np.lexsort([-piece, which])
    home[which[order]] = piece[order]
    return home


def touching(shapes: Shapes) -> tuple[Ints, Floats]:
    """Give pairs of shapes that share a border, and its metres; borders must be noded alike."""
    rings, ring = shapely.get_rings(shapes, return_index=True)
    xy, part = shapely.get_coordinates(rings, return_index=True)
    owner = ring[part]
    same = part[1:] == part[:-1]
    a, b, who = xy[:-1][same], xy[1:][same], owner[:-1][same]
    swap = (a[:, 0] > b[:, 0]) | ((a[:, 0] == b[:, 0]) & (a[:, 1] > b[:, 1]))
    ends: Floats = np.hstack([a, b])
    ends[swap] = np.hstack([b, a])[swap]
    order = np.lexsort([who, ends[:, 3], ends[:, 2], ends[:, 1], ends[:, 0]])
    ends, who = np.take(ends, order, axis=0), np.take(who, order)
    same = np.all(ends[1:] == ends[:-1], axis=1) & (who[1:] != who[:-1])
    twin = np.flatnonzero(same)
    low, high = np.minimum(who[twin], who[twin + 1]), np.maximum(who[twin], who[twin + 1])
    metres = np.hypot(ends[twin, 2] - ends[twin, 0], ends[twin, 3] - ends[twin, 1])
    width = len(shapes) + 1
    key, back = np.unique(low * width + high, return_inverse=True)
    total = np.bincount(back, metres, minlength=len(key)).astype(np.float64)
    return np.column_stack([key // width, key % width]).astype(np.int64), total


def _absorbed(shapes: Shapes, label: Ints, border: tuple[Ints, Floats], sliver_m: float) -> Ints:
    """Give the piece that each piece becomes part of: narrow ones join, the narrowest first."""
    width = 2 * shapely.area(shapes) / shapely.length(shapes)
    near: list[list[tuple[int, float]]] = [[] for _ in shapes]
    for (i, j), metres in zip(border[0].tolist(), border[1].tolist(), strict=True):
        near[i].append((j, metres))
        near[j].append((i, metres))
    owner = np.arange(len(shapes))

    def root(i: int) -> int:
        while owner[i] != i:
            owner[i] = owner[owner[i]]
            i = int(owner[i])
        return i

    for i in np.argsort(width, kind="stable").tolist():
        if width[i] >= sliver_m:
            break
        others = [(j, metres) for j, metres in near[i] if root(j) != root(i)]
        if others:
            alike = [(int((label[j] == label[i]).sum()), metres, -j) for j, metres in others]
            owner[root(i)] = root(-max(alike)[2])
    return np.array([root(i) for i in range(len(shapes))], dtype=np.int64)


def _joined(shapes: Shapes, label: Ints, owner: Ints) -> tuple[Shapes, Ints]:
    """Join every piece to its owner; the owner's names hold."""
    kept, group = np.unique(owner, return_inverse=True)
    made = shapes[kept]
    several = np.flatnonzero(np.bincount(group) > 1)
    order = np.argsort(group, kind="stable")
    first = np.searchsorted(group[order], np.arange(len(kept) + 1))
    for g in several.tolist():
        made[g] = shapely.coverage_union_all(shapes[order[first[g] : first[g + 1]]])
    return made, label[kept]
