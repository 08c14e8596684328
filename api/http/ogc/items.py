"""Pages of features, and single ones."""

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import lru_cache
from time import time
from urllib.parse import quote
from zlib import crc32

import numpy as np
import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.http import plain
from api.http.ogc import asked, documents, media, pages
from api.http.plain import Plain, Sent
from api.tasks import ask_items
from api.tasks.ask_items import AskItems, Items
from api.tasks.shelf import shelf
from api.tasks.work import Work
from api.tasks.write_feature import of_scenario
from geo import asking, layers
from geo.asking import Pack
from geo.errors import NotFound
from geo.layers import View

PLAIN = {"limit", "after", "bbox", "f"}
"""What a plain question may say."""


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


def page_at_hand(work: Work, question: Plain) -> Sent | None:
    """Answer a plain question for a page, out of what is packed."""
    told = plain.words(question.query)
    if told is None or not question.heads.json or not told.keys() <= PLAIN or _other(told):
        return None
    view: View = "public"
    asked_for = AskItems.model_validate({
        "collection": question.path.split("/")[3],
        "view": view,
        "bbox": tuple(told["bbox"].split(",")) if "bbox" in told else (),
        **{name: told[name] for name in ("limit", "after") if name in told},
    })  # fmt: skip
    pack = shelf(work).at_hand(asked_for.collection, view) if asked_for.simple else None
    if pack is None:
        return None
    base, query = asked.root_at(work, f"http://{question.heads.host}"), question.query
    found = asked_for.of(pack)
    body = collected(found, _links(base, asked_for, found, "json", query))
    headers = _headers(base, asked_for, pack, "json", query)
    return Sent(media.GEOJSON, body, media.FRESH | headers)


def _other(told: Mapping[str, str]) -> bool:
    return told.get("f", "json") not in ("json", "geojson")


def one_at_hand(work: Work, question: Plain) -> Sent | None:
    """Answer a plain question for one feature, out of what is packed."""
    told = plain.words(question.query)
    if told is None or not question.heads.json or not told.keys() <= {"f"} or _other(told):
        return None
    _, _, _, collection, _, key = question.path.split("/")
    pack = shelf(work).at_hand(collection, "public")
    if pack is None or (row := pack.row(key)) is None:
        return None
    here = f"{asked.root_at(work, f'http://{question.heads.host}')}/collections/{collection}"
    return _sent(here, key, pack.texts[row], asking.CRS84.uri)


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
    base, query = asked.root(request), request.scope["query_string"].decode("latin-1")
    headers = _headers(base, question, pack, form, query)
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(None, 304, headers=media.FRESH | headers)
    found = question.of(pack)
    links = _links(base, question, found, form, query)
    if form == "html":
        return pages.items(base, question, found, links, headers)
    return media.answer(collected(found, links), media.GEOJSON, headers=headers)


def _headers(base: str, question: AskItems, pack: Pack, form: str, query: str) -> dict[str, str]:
    told = crc32(f"{base}{form}{query}".encode())
    crs = f"<{question.crs.strip('<>[]')}>"
    return {"ETag": f'"{pack.version}-{told:08x}"', "Content-Crs": crs}


def collected(found: Items, links: Sequence[documents.Json]) -> bytes:
    """Write a page as a GeoJSON feature collection."""
    features = found.features()
    head = b'{"type":"FeatureCollection","timeStamp":"%b","numberMatched":%d,"numberReturned":%d,' % (
        _moment(int(time())), found.page.matched, len(features),
    )  # fmt: skip
    return b"".join(
        (head, b'"links":', orjson.dumps(links), b',"features":[', b",".join(features), b"]}")
    )


@lru_cache(2)
def _moment(seconds: int) -> bytes:
    """Write a moment, which is the same for a second."""
    told = dt.datetime.fromtimestamp(seconds, dt.UTC).isoformat(timespec="seconds")
    return told.replace("+00:00", "Z").encode()


def _links(
    base: str, question: AskItems, found: Items, form: str, query: str
) -> list[documents.Json]:
    here = f"{base}/collections/{question.collection}"
    told = _without(query, "f")
    forms = {"json": media.GEOJSON, "html": media.HTML}
    other = "html" if form == "json" else "json"

    def at(query: str, wanted: str) -> str:
        return f"{here}/items?{query}{'&' if query else ''}f={wanted}"

    links = [
        documents.link(at(told, form), "self", forms[form], "本页 This page"),
        documents.link(at(told, other), "alternate", forms[other], other.upper()),
        documents.link(here, "collection", media.JSON, "数据集 Collection"),
    ]
    if found.page.after:
        rest = [told] if "after" not in query else [_without(told, "after")]
        following = "&".join([*filter(None, rest), f"after={quote(found.page.after, safe='')}"])
        links.append(documents.link(at(following, form), "next", forms[form], "下一页 Next page"))
    return links


def _without(query: str, name: str) -> str:
    """Leave a parameter out of an address; what an address may not hold is written in escapes."""
    kept = [part for part in query.split("&") if part and part.partition("=")[0] != name]
    return quote("&".join(kept), safe="&=%:/,;+-_.~!*'()@$?")


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
    if form == "html":
        return pages.feature(question.collection, text, _links_of(here, key, form), headers)
    told = _sent(here, key, text, question.crs)
    return media.answer(told.body, told.media, headers=told.headers)


def _sent(here: str, key: str, text: bytes, crs: str) -> Sent:
    body = text[:-1] + b',"links":' + orjson.dumps(_links_of(here, key, "json")) + b"}"
    headers = {"ETag": tag(text), "Content-Crs": f"<{crs.strip('<>[]')}>"}
    return Sent(media.GEOJSON, body, media.FRESH | headers)


def _links_of(here: str, key: str, form: str) -> list[documents.Json]:
    at = f"{here}/items/{key}"
    return [
        documents.link(f"{at}?f={form}", "self", media.GEOJSON, "本页 This feature"),
        documents.link(f"{at}?f=html", "alternate", media.HTML, "HTML"),
        documents.link(here, "collection", media.JSON, "数据集 Collection"),
    ]


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
