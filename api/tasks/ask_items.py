"""Ask a collection for features: by box, time, filter and values, page by page."""

import datetime as dt
from functools import reduce
from typing import Any, Literal

import numpy as np
import orjson
from pydantic import Field

from api.tasks.shelf import Shelf, columns, shelf
from api.tasks.work import Form, Work
from geo import asking, layers
from geo.asking import Pack, Page, Rows, System
from geo.errors import BadInput, NotFound
from geo.layers import View
from geo.store.revisions import CHINA
from geo.store.versions import Days

LIMIT, MOST = 1000, 10_000
"""So many features come on a page when nobody says how many, and so many at most."""


class AskItems(Form):
    """Ask for the features of a collection.

    `bbox` in the axes of `bbox_crs`; `datetime` a moment or an interval (RFC 3339) in which
    areas held; `filter` in CQL2 (``cql-text`` is its draft, which GDAL speaks); `values` of properties that must be equal; `after` the id
    that the page before ended with.
    """

    collection: str
    view: View = "public"
    limit: int = Field(LIMIT, ge=1)
    after: str = ""
    bbox: tuple[float, ...] = ()
    bbox_crs: str = asking.CRS84.uri
    crs: str = asking.CRS84.uri
    datetime: str = ""
    filter: str = ""
    filter_lang: Literal["cql2-text", "cql2-json", "cql-text"] = "cql2-text"
    filter_crs: str = asking.CRS84.uri
    values: tuple[tuple[str, str], ...] = ()

    @property
    def simple(self) -> bool:
        """Whether it is answered so quickly that it needs no thread."""
        plain = not (self.filter or self.datetime or self.values)
        return plain and self.crs == asking.CRS84.uri and self.limit <= LIMIT

    def run(self, work: Work) -> "Items":
        """Give a page."""
        return self.of(packed(shelf(work), self))

    def of(self, pack: Pack) -> "Items":
        """Give a page of a pack."""
        chosen: list[Rows] = []
        if self.bbox:
            window = asking.system(self.bbox_crs).window(self.bbox)
            chosen.append(pack.within(window))
        if wanted := self._filter(pack):
            move = asking.system(self.filter_crs).inward
            chosen += [pack.fitting(told, move) for told in wanted]
        found = reduce(np.intersect1d, chosen) if chosen else None
        page = pack.page(found, after=self.after, limit=min(self.limit, MOST))
        return Items(pack, page, asking.system(self.crs))

    def _filter(self, pack: Pack) -> list[Any]:
        """Give what must hold, as CQL2 in its JSON form."""
        told: list[Any] = [
            {"op": "=", "args": [{"property": name}, _typed(pack, name, text)]}
            for name, text in self.values
        ]
        if not self.filter:
            return told
        if self.filter_lang != "cql2-json":
            return [*told, asking.parse(self.filter)]
        try:
            return [*told, orjson.loads(self.filter)]
        except orjson.JSONDecodeError as fault:
            raise BadInput(
                f"the filter is no JSON: {fault}", zh="过滤条件不是有效的 JSON"
            ) from None


class Items:
    """A page of features and what it is a page of."""

    __slots__ = ("pack", "page", "system")

    def __init__(self, pack: Pack, page: Page, system: System) -> None:
        self.pack, self.page, self.system = pack, page, system

    def features(self) -> list[bytes]:
        """Give the features as GeoJSON texts."""
        return self.pack.told(self.page.rows, system=self.system)


def packed(kept: Shelf, asked: AskItems) -> Pack:
    """Give the pack of which a question asks, read now when it was not asked before."""
    require(asked.collection, asked.view)
    if asked.datetime and layers.layer(asked.collection).level:
        return kept.during(asked.collection, asked.view, days(asked.datetime))
    if asked.datetime:
        days(asked.datetime)
    return kept.pack(asked.collection, asked.view)


def require(collection: str, view: View) -> None:
    """Raise `NotFound` unless a view shows this collection."""
    if collection not in collections(view):
        raise NotFound(
            f"no collection {collection!r}", zh=f"没有“{collection}”这个数据集",
            where=[collection], hint=f"one of {', '.join(collections(view))}",
        )  # fmt: skip


def collections(view: View) -> list[str]:
    """List the layers with places that a view shows."""
    return [name for name, found in layers.LAYERS.items() if found.geometry and columns(name, view)]


def days(text: str) -> Days:
    """Read a moment or an interval as days of China.

    Raises
    ------
    BadInput
        When it is neither.
    """
    first, slash, last = text.partition("/")
    start = _day(first, open_end=bool(slash))
    stop = _day(last, open_end=True) if slash else start
    if start and stop and start > stop:
        raise BadInput(f"{text} ends before it begins", zh=f"时间段“{text}”起止颠倒")
    return start, stop


def _day(text: str, *, open_end: bool) -> dt.date | None:
    if open_end and text in ("", ".."):
        return None
    try:
        if len(text) == 10:
            return dt.date.fromisoformat(text)
        at = dt.datetime.fromisoformat(text.upper())
    except ValueError:
        raise BadInput(
            f"{text[:40]!r} is no moment", zh=f"“{text[:40]}”不是有效的时间",
            hint="2026-03-01, 2026-03-01T00:00:00Z, 2026-01-01/.. or ../2026-03-01",
        ) from None  # fmt: skip
    return (at.astimezone(CHINA) if at.tzinfo else at).date()


def _typed(pack: Pack, name: str, text: str) -> Any:
    """Give the text of a value as what its property is."""
    kind = pack.columns[name].dtype.kind
    try:
        if kind == "M":
            return {"date": text}
        return int(text) if kind == "i" else float(text) if kind == "f" else text
    except ValueError:
        raise BadInput(f"{name} is a number, not {text!r}", zh=f"“{name}”应为数字") from None
