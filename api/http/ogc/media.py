"""Media types, and answers in them."""

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.responses import Response

JSON, GEOJSON, HTML = "application/json", "application/geo+json", "text/html"
SCHEMA = "application/schema+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
MVT = "application/vnd.mapbox-vector-tile"
FRESH = {"Cache-Control": "no-cache", "Vary": "Accept, Authorization, Cookie"}


def answer(
    told: Any, media: str = JSON, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Send a value as JSON; browsers ask again whether it is still so."""
    body = told if isinstance(told, bytes) else orjson.dumps(told)
    return Response(body, status, headers=FRESH | dict(headers or {}), media_type=media)
