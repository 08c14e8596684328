"""Deliberation councils with their territories, and the staff posts of every grid."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS

from geo.demo.areas import Level, Shapes
from geo.layers import codes

Ints = npt.NDArray[np.int64]
SKILLS = ("调解", "法律", "养老", "助残", "教育", "文艺", "物业", "环保", "医疗", "志愿")


def territories(grids: Level, wanted: int, rng: np.random.Generator) -> list[list[int]]:
    """Divide the grids of every community among its councils, each with connected grids.

    The councils wanted are dealt out by number of grids, at least one a community; within a
    community the largest territory is halved along a breadth-first walk until there are enough.
    """
    pairs = neighbours(grids.shapes)
    members: dict[int, list[int]] = {}
    for grid, community in enumerate(grids.parents.tolist()):
        members.setdefault(community, []).append(grid)
    found = [m for _, m in sorted(members.items())]
    while len(found) < wanted:
        order = sorted(range(len(found)), key=lambda i: (-len(found[i]), i))
        for i in order:
            if (parts := _halves(found[i], pairs)) is not None:
                found[i : i + 1] = parts
                break
        else:
            break
    return found


def neighbours(shapes: Shapes) -> dict[int, set[int]]:
    """Give for every area those that share a border line with it."""
    first, second = shapely.STRtree(shapes).query(shapes, predicate="touches")
    keep = first < second
    first, second = first[keep], second[keep]
    shared = shapely.length(shapely.intersection(shapes[first], shapes[second]))
    found: dict[int, set[int]] = {i: set() for i in range(len(shapes))}
    for a, b in zip(first[shared > 1].tolist(), second[shared > 1].tolist(), strict=True):
        found[a].add(b)
        found[b].add(a)
    return found


def _walk(start: int, inside: set[int], pairs: dict[int, set[int]]) -> list[int]:
    """Give the members of `inside` reached from `start`, nearest first."""
    order, seen = [start], {start}
    for grid in order:
        for other in sorted(pairs[grid] & inside - seen):
            seen.add(other)
            order.append(other)
    return order


def _halves(members: list[int], pairs: dict[int, set[int]]) -> list[list[int]] | None:
    """Cut a territory into two connected ones as equal as can be, or give None."""
    best: tuple[int, list[list[int]]] | None = None
    inside = set(members)
    for start in members:
        order = _walk(start, inside, pairs)
        for size in range(1, len(order)):
            rest = set(members) - set(order[:size])
            if len(_walk(min(rest), rest, pairs)) == len(rest):
                unequal = abs(len(members) - 2 * size)
                if best is None or unequal < best[0]:
                    best = unequal, [sorted(order[:size]), sorted(rest)]
    return best[1] if best else None


def councils(
    grids: Level,
    households: Ints,
    names: list[str],
    *,
    wanted: int,
    rng: np.random.Generator,
    crs: CRS,
) -> gpd.GeoDataFrame:
    """Give the council layer; every council meets inside its first grid.

    Parameters
    ----------
    grids : Level
        The grids.
    households : (grids,) int
        Households of every grid.
    names : list of str
        Name of the community of every grid.
    """
    rows, points = [], []
    seen: dict[str, int] = {}
    for i, members in enumerate(territories(grids, wanted, rng)):
        young = rng.random() < 0.35
        skills = [
            SKILLS[k]
            for k in sorted(rng.choice(len(SKILLS), int(rng.integers(2, 5)), replace=False))
        ]
        lacking = [s for s in SKILLS if s not in skills]
        needs = [
            lacking[k]
            for k in sorted(rng.choice(len(lacking), int(rng.integers(1, 4)), replace=False))
        ]
        years = rng.uniform(0.3, 2.5) if young else rng.uniform(2.5, 11)
        first = grids.codes[members[0]]
        home = names[members[0]]
        seen[home] = seen.get(home, 0) + 1
        rows.append({
            "id": f"Y{i + 1:03d}",
            "name": f"{home}第{seen[home]}党群议事会",
            "community": codes.parent(first) or "",
            "seniority": round(float(years), 1),
            "strength": round(float(np.clip(35 + 4 * years + rng.normal(0, 12), 5, 98)), 1),
            "members": int(rng.integers(7, 24)),
            "households": int(households[members].sum()),
            "skills": ";".join(skills),
            "needs": ";".join(needs),
            "territory": ";".join(sorted(grids.codes[m] for m in members)),
        })  # fmt: skip
        points.append(grids.shapes[members[0]].representative_point())
    return gpd.GeoDataFrame(rows, geometry=points, crs=crs)


ROLES = (("grid_leader", "网格长"), ("grid_worker", "网格员"), ("social_worker_general", "社工"),
         ("social_worker_general", "社工"))  # fmt: skip
STAFFING_RULE = "1+1+2+N"
"""One leader, one full-time worker, two social workers, and a leader for each micro-grid."""


def staff(grids: list[str], microgrids: list[str]) -> pd.DataFrame:
    """Give the staff posts by the staffing rule; names and telephone numbers are made up."""
    posts = [(role, title, code) for code in grids for role, title in ROLES]
    posts += [("microgrid_leader", "微网格长", code) for code in microgrids]
    seen: dict[str, int] = {}
    rows = []
    for i, (role, title, area) in enumerate(posts, 1):
        seen[title] = seen.get(title, 0) + 1
        rows.append({
            "id": f"F{i:05d}", "name": f"{title}{seen[title]:04d}", "role": role, "area": area,
            "phone": f"0511-{i // 10000:04d}-{i % 10000:04d}",
        })  # fmt: skip
    return pd.DataFrame(rows)
