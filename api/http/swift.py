"""Which plain questions are answered off the wire, and what is put on it."""

import logging
from collections.abc import Mapping, Sequence
from functools import lru_cache
from time import perf_counter

from isal import igzip_lib

from api.http import plain, search, v1, watch
from api.http.dressing import ANSWER_BYTES, DATA, HEADERS
from api.http.ogc import items
from api.http.plain import Answers
from api.tasks.known import NotAtHand
from api.tasks.work import Work
from geo.errors import GeoError

ROUTES: Mapping[str, Answers] = {
    "/v1/areas/at": v1.areas_at_hand,
    "/v1/places": v1.places_at_hand,
    "/v1/search": search.search_at_hand,
    "/v1/stations/nearest": v1.nearest_at_hand,
}
BEGINS = (b"GET /ogc/collections/", b"GET /v1/")
OGC = "/ogc/{rest:path}"
Lines = tuple[tuple[bytes, bytes], ...]
LOG = logging.getLogger(__name__)
_WORN = b"".join(b"%b: %b\r\n" % line for line in (*HEADERS, DATA))


def answer(work: Work, question: bytes, default: Lines) -> Sequence[bytes] | None:
    """Answer a request with what is at hand; None where the usual way has to.

    Parameters
    ----------
    question : bytes
        A whole request, from its first byte to the empty line that ends it.
    default : pairs of bytes
        What the server says in every head.
    """
    begun = perf_counter()
    asked = plain.read(question)
    found = None if asked is None else _answers(asked.path)
    if asked is None or found is None:
        return None
    label, answers = found
    try:
        sent = answers(work, asked)
    except (GeoError, NotAtHand, ValueError):  # said again, and told, the usual way
        return None
    except Exception:
        LOG.exception("%s goes the usual way", label)
        return None
    if sent is None:
        return None
    body, headers = sent.body, sent.headers
    if len(body) >= ANSWER_BYTES:
        vary = filter(None, (headers.get("Vary"), "Accept-Encoding"))
        headers = {**headers, "Vary": ", ".join(vary)}
        if asked.heads.gzip:
            body = igzip_lib.compress(body, 1, igzip_lib.COMP_GZIP)
            headers["Content-Encoding"] = "gzip"
    head = b"HTTP/1.1 200 OK\r\n%b%bcontent-length: %d\r\n\r\n" % (
        _same(default, sent.media), _told(headers), len(body),
    )  # fmt: skip
    watch.count(label, 200, perf_counter() - begun)
    return head, body


@lru_cache(256)
def _answers(path: str) -> tuple[str, Answers] | None:
    if (found := ROUTES.get(path)) is not None:
        return path, found
    parts = path.split("/")
    if parts[:3] != ["", "ogc", "collections"] or parts[4:5] != ["items"]:
        return None
    ways: dict[int, Answers] = {5: items.page_at_hand, 6: items.one_at_hand}
    way = ways.get(len(parts))
    return None if way is None or not parts[-1] else (OGC, way)


@lru_cache(64)
def _same(default: Lines, media: str) -> bytes:
    """Write what is the same for a second."""
    lines = b"".join(b"%b: %b\r\n" % line for line in default)
    return lines + f"content-type: {media}\r\n".encode() + _WORN


def _told(headers: Mapping[str, str]) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode("latin-1")
