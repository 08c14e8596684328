"""Plain questions: read from the bytes of a request, answered with what this process has at hand.

What is asked a thousand times a second (the features of a box, the nearest stations, a name,
the areas of a place) need not pass through a framework. A question is plain when nothing but
its address matters: no role, no key, no page of another origin, no tag. Each room says for its
own address what is sent, or None; then the usual way answers, and refuses.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar
from urllib.parse import parse_qsl

from pydantic import BaseModel, ValidationError

from api.http import tile_files
from api.tasks.work import Work

Asked = TypeVar("Asked", bound=BaseModel)
BEGIN, VERSION, END = b"GET ", b" HTTP/1.1\r\n", b"\r\n\r\n"
UNCOMMON = re.compile(
    rb"\n(?:origin|if-|x-api-key|content-length|transfer-encoding|upgrade|expect|cookie|range"
    rb"|authorization|forwarded|x-forwarded-(?:proto|host|prefix)|connection:\s*close)"
    rb"|\n[ \t]|[\x80-\xff\0]",
    re.IGNORECASE,
)
"""Of the heads of a request: what asks for more than the address tells."""
HOST = re.compile(rb"\nhost:[ \t]*([A-Za-z0-9.:\[\]_-]{1,255})[ \t]*\r", re.IGNORECASE)
ACCEPT = re.compile(rb"\naccept:([^\r]*)\r", re.IGNORECASE)
PACKS = re.compile(rb"\naccept-encoding:([^\r]*)\r", re.IGNORECASE)
LONGEST = 4096


class Heads(NamedTuple):
    """What the heads of a request say: the host as it is called, and what is taken."""

    host: str
    json: bool
    gzip: bool


class Plain(NamedTuple):
    """A plain question; `query` is as it came, still in escapes."""

    path: str
    query: str
    heads: Heads


class Sent(NamedTuple):
    """An answer: its media type, further headers, and its body."""

    media: str
    body: bytes
    headers: Mapping[str, str] = {}


Answers = Callable[[Work, Plain], Sent | None]


def read(question: bytes) -> Plain | None:
    """Read a whole request, from its first byte to the empty line that ends it; None if not plain."""
    end = question.find(VERSION)
    if end < 0 or len(question) > LONGEST or question.find(END) != len(question) - len(END):
        return None
    heads = _heads(question[end:])
    if heads is None:
        return None
    try:
        target = question[len(BEGIN) : end].decode("ascii")
    except UnicodeDecodeError:
        return None
    path, _, query = target.partition("?")
    return None if "#" in target or "%" in path else Plain(path, query, heads)


@lru_cache(512)
def _heads(told: bytes) -> Heads | None:
    """Read the heads, which a client sends the same each time."""
    host = HOST.search(told)
    if host is None or UNCOMMON.search(told) or len(HOST.findall(told)) > 1:
        return None
    packs, accept = PACKS.search(told), ACCEPT.search(told)
    taken = b"*/*" if accept is None else accept[1].lower()
    json = (b"json" in taken or b"*/*" in taken) and not (b"html" in taken or b";" in taken)
    gzip = packs is not None and tile_files.takes_gzip(packs[1].strip())
    return Heads(host[1].decode(), json, gzip)


def words(query: str) -> dict[str, str] | None:
    """Read the parameters of an address; None when one comes twice, or a key is among them."""
    escaped = "%" in query or "+" in query
    pairs = (
        parse_qsl(query, keep_blank_values=True)
        if escaped
        else [part.partition("=")[::2] for part in query.split("&") if part]
    )
    told = dict(pairs)
    return told if len(told) == len(pairs) and "key" not in told else None


def form(kind: type[Asked], question: Plain) -> Asked | None:
    """Build a form from the parameters of an address; None when they do not fit it."""
    told: dict[str, Any] | None = words(question.query)
    if told is None:
        return None
    try:
        return kind.model_validate(told, by_alias=True, by_name=False)
    except ValidationError:
        return None
