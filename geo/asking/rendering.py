"""Features as GeoJSON text, each rendered by itself (RFC 7946)."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import shapely

from geo.asking.systems import CRS84, System

Columns = Mapping[str, npt.NDArray[Any]]


def rendered(
    keys: Sequence[str],
    columns: Columns,
    shapes: npt.NDArray[np.object_],
    *,
    system: System = CRS84,
) -> list[bytes]:
    """Write rows as features.

    Parameters
    ----------
    keys : sequence of str
        Their ids.
    columns : mapping
        Properties, one value a row; days are written as ISO dates, a missing day as null.
    shapes : array of geometry
        In stored degrees.
    """
    written = shapely.to_geojson(system.outward(shapes)).tolist()
    told = {name: _plain(values) for name, values in columns.items()}
    return [
        _exact(
            orjson.dumps(
                {
                    "type": "Feature",
                    "id": key,
                    "geometry": orjson.Fragment(shape),
                    "properties": dict(zip(told, cells, strict=True)),
                }
            )
        )
        for key, shape, *cells in zip(keys, written, *told.values(), strict=True)
    ]


def _exact(text: bytes) -> bytes:
    """Give a text in memory of its own length: orjson keeps hold of four thousand bytes for each."""
    return bytes(memoryview(text))


def _plain(values: npt.NDArray[Any]) -> list[Any]:
    if values.dtype.kind == "M":
        days = np.datetime_as_string(values, unit="D").tolist()
        return [None if day == "NaT" else day for day in days]
    cells: list[Any] = values.tolist()
    return cells
