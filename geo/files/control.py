"""Local systems without a code: control points that are known in the file and on the Earth."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import shapely

from geo import coords
from geo.coords import fitting
from geo.errors import BadInput
from geo.files.faults import finding
from geo.files.systems import System
from geo.layers import Finding

Control = Sequence[tuple[float, float, float, float]]
"""(x, y, lon, lat): as they stand in the file, and in degrees."""
WORST_M = 2.0
"""Control points that miss by more than this say that the fit is wrong."""


def control_points(path: str | Path) -> list[tuple[float, float, float, float]]:
    """Read control points from a CSV with columns x, y, lon, lat.

    Raises
    ------
    BadInput
        When a column is missing or a cell is no number.
    """
    path = Path(path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        return [(float(r["x"]), float(r["y"]), float(r["lon"]), float(r["lat"])) for r in rows]
    except (OSError, KeyError, TypeError, ValueError) as fault:
        raise BadInput(
            f"{path.name} holds no control points: {fault}",
            zh=f"{path.name} 不是控制点表",
            hint="a CSV with the columns x, y (as in the file) and lon, lat (degrees)",
            hint_zh="应为 CSV，列名 x、y（文件中的坐标）和 lon、lat（经纬度，单位度）",
        ) from None


def fitted(
    control: Control, *, layer: str, kind: fitting.Kind = "similarity"
) -> tuple[fitting.Fit, System]:
    """Fit the way from a file's own plane to metres, and say how well it fits.

    Raises
    ------
    BadInput
        When there are fewer than three points, or they lie on a line.
    """
    table = np.asarray(control, dtype=np.float64).reshape(-1, 4)
    if len(table) < fitting.LEAST_POINTS:
        raise BadInput(
            f"{len(table)} control points are too few: {fitting.LEAST_POINTS} are needed",
            zh=f"只有 {len(table)} 个控制点，至少需要 {fitting.LEAST_POINTS} 个",
        )
    crs = coords.working_crs(float(table[:, 2].mean()))
    metres = np.column_stack(
        coords.transformer(coords.STORED, crs).transform(table[:, 2], table[:, 3])
    )
    ways = {k: fitting.fit(table[:, :2], metres, kind=k) for k in ("similarity", "affine")}
    chosen = ways[kind]
    found = _told(chosen, ways, table, layer)
    return chosen, System(crs, found="control points", findings=(found,))


def _told(
    chosen: fitting.Fit, ways: dict[str, fitting.Fit], table: np.ndarray, layer: str
) -> Finding:
    off = chosen.off_m
    worst = int(off.argmax())
    poor = bool(off[worst] > WORST_M)
    each = "、".join(f"{i}: {m:.2f}" for i, m in enumerate(off, 1))
    both_zh = "；".join(f"{_ZH[k]}最大残差 {w.off_m.max():.2f} m" for k, w in ways.items())
    both_en = "; ".join(f"{k} worst {w.off_m.max():.2f} m" for k, w in ways.items())
    return finding(
        "CONTROL_POOR" if poor else "CONTROL_FITTED",
        layer,
        f"按 {len(off)} 个控制点作{_ZH[chosen.kind]}：比例 {chosen.scale:.6f}，旋转 {chosen.turn_deg:.4f}°，"
        f"各点残差（米）{each}（{both_zh}）",
        f"{chosen.kind} fit through {len(off)} control points: scale {chosen.scale:.6f}, turn "
        f"{chosen.turn_deg:.4f}°, residuals in metres {each.replace('、', ', ')} ({both_en})",
        hint_zh=f"残差最大的是第 {worst + 1} 个点，请核对"
        if poor
        else "请核对残差是否在测量精度之内",
        hint_en=f"look at point {worst + 1}, which is off the most"
        if poor
        else "see that the residuals are within what was measured",
        place=shapely.MultiPoint(table[:, 2:].tolist()),
    )


_ZH = {"similarity": "相似变换", "affine": "仿射变换"}
