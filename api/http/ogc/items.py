"""Pages of features, and single ones."""

import datetime as dt
from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode
from zlib import crc32

import numpy as np
import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.http.ogc import asked, documents, media, pages
from api.tasks import ask_items
from api.tasks.ask_items import AskItems, Items
from api.tasks.shelf import shelf
from api.tasks.work import Work
from api.tasks.write_feature import of_scenario
from geo import asking, layers
from geo.asking import Pack
from geo.errors import NotFound


async def page(request: Request) -> Response:
    """Answer for a page of features: at once what is at hand, the rest in a thread."""
    form = asked.form_of(request)
    question = asked.items_of(request, request.path_params["collection"])
    work: Work = request.app.state.work
    if form == "json" and question.simple and "scenario" not in request.path_params:
        kept = shelf(work)
        pack = kept.at_hand(question.collection, question.view)
        if pack is not None:
            return _page(request, question, pack, form)
    return await run_in_threadpool(_late, request, question, form)


def _late(request: Request, question: AskItems, form: str) -> Response:
    return _page(request, question, _pack(request, question), form)


def _pack(request: Request, question: AskItems) -> Pack:
    """Give what is published, or what a scenario makes of it."""
    work: Work = request.app.state.work
    scenario = request.path_params.get("scenario")
    ask_items.require(question.collection, question.view)
    if scenario and layers.layer(question.collection).level:
        return of_scenario(work, question.collection, scenario)
    return ask_items.packed(shelf(work), question)


def _page(request: Request, question: AskItems, pack: Pack, form: str) -> Response:
    base, query = asked.root(request), request.scope["query_string"]
    tag = f'"{pack.version}-{crc32(base.encode() + form.encode() + query):08x}"'
    headers = {"ETag": tag, "Content-Crs": f"<{question.crs.strip('<>[]')}>"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(None, 304, headers=media.FRESH | headers)
    found = question.of(pack)
    links = _links(base, question, found, form, query.decode("latin-1"))
    if form == "html":
        return pages.items(base, question, found, links, headers)
    return media.answer(collected(found, links), media.GEOJSON, headers=headers)


def collected(found: Items, links: Sequence[documents.Json]) -> bytes:
    """Write a page as a GeoJSON feature collection."""
    features = found.features()
    now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    head = b'{"type":"FeatureCollection","timeStamp":"%b","numberMatched":%d,"numberReturned":%d,' % (
        now.encode(), found.page.matched, len(features),
    )  # fmt: skip
    return b"".join(
        (head, b'"links":', orjson.dumps(links), b',"features":[', b",".join(features), b"]}")
    )


def _links(
    base: str, question: AskItems, found: Items, form: str, query: str
) -> list[documents.Json]:
    here = f"{base}/collections/{question.collection}"
    told = [pair for pair in parse_qsl(query, keep_blank_values=True) if pair[0] != "f"]
    forms = {"json": media.GEOJSON, "html": media.HTML}
    other = "html" if form == "json" else "json"

    def at(pairs: list[tuple[str, str]], wanted: str) -> str:
        return f"{here}/items?{urlencode([*pairs, ('f', wanted)])}"

    links = [
        documents.link(at(told, form), "self", forms[form], "本页 This page"),
        documents.link(at(told, other), "alternate", forms[other], other.upper()),
        documents.link(here, "collection", media.JSON, "数据集 Collection"),
    ]
    if found.page.after:
        rest = [pair for pair in told if pair[0] != "after"]
        following = at([*rest, ("after", found.page.after)], form)
        links.append(documents.link(following, "next", forms[form], "下一页 Next page"))
    return links


async def one(request: Request) -> Response:
    """Answer for one feature."""
    return await run_in_threadpool(_one, request)


def _one(request: Request) -> Response:
    form = asked.form_of(request)
    asked.only(request, {"f", "crs", "datetime"})
    question = AskItems(
        collection=request.path_params["collection"],
        view=asked.view_of(request),
        crs=request.query_params.get("crs", asking.CRS84.uri),
        datetime=request.query_params.get("datetime", ""),
    )
    pack, key = _pack(request, question), request.path_params["feature"]
    text = feature(pack, key, question)
    headers = {"ETag": tag(text), "Content-Crs": f"<{question.crs.strip('<>[]')}>"}
    if headers["ETag"] in request.headers.get("if-none-match", "") and form == "json":
        return Response(None, 304, headers=media.FRESH | headers)
    here = f"{asked.root(request)}/collections/{question.collection}"
    links = [
        documents.link(f"{here}/items/{key}?f={form}", "self", media.GEOJSON, "本页 This feature"),
        documents.link(f"{here}/items/{key}?f=html", "alternate", media.HTML, "HTML"),
        documents.link(here, "collection", media.JSON, "数据集 Collection"),
    ]
    if form == "html":
        return pages.feature(question.collection, text, links, headers)
    body = text[:-1] + b',"links":' + orjson.dumps(links) + b"}"
    return media.answer(body, media.GEOJSON, headers=headers)


def feature(pack: Pack, key: str, question: AskItems) -> bytes:
    """Give one feature as text, or raise `NotFound`."""
    row = pack.row(key)
    if row is None:
        raise NotFound(
            f"no feature {key!r} in {question.collection}",
            zh=f"“{question.collection}”中没有要素“{key}”",
            where=[key],
        )
    return pack.told(np.array([row]), system=asking.system(question.crs))[0]


def tag(text: bytes) -> str:
    """Give the entity tag of a feature's text."""
    return f'"{crc32(text):08x}-{len(text):x}"'
