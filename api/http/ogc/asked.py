"""What a request to the standard asks: who, in which form, with which parameters."""

from collections.abc import Collection
from functools import lru_cache
from typing import Any

from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request

from api.tasks import misfits
from api.tasks.ask_items import AskItems
from api.tasks.asker import PUBLIC, Asker
from api.tasks.shelf import columns
from api.tasks.work import Work
from geo import asking, layers
from geo.errors import BadInput
from geo.layers import View

PLAIN = {"f"}
ITEMS = {
    "f", "limit", "after", "bbox", "bbox-crs", "crs", "datetime", "filter", "filter-lang",
    "filter-crs",
}  # fmt: skip
"""What items understand besides the names of their properties."""
FORMS = {"json": "json", "geojson": "json", "html": "html"}


def view_of(request: Request) -> View:
    """Give the view that is open to who asks."""
    asker: Asker = request.scope.get("asker", PUBLIC)
    return asker.view


def root(request: Request) -> str:
    """Give the address of ``/ogc``, or of a scenario under it, as the client knows this host."""
    scope = request.scope
    host = request.headers.get("host") or "{}:{}".format(*scope["server"])
    here = f"{scope['scheme']}://{host}{scope.get('root_path', '')}"
    base = root_at(request.app.state.work, here)
    scenario = request.path_params.get("scenario")
    return f"{base}/scenarios/{scenario}" if scenario else base


def root_at(work: Work, here: str) -> str:
    """Give the address of ``/ogc`` under that of this host, as it was called or is set."""
    return f"{(work.settings.base_url or here).rstrip('/')}/ogc"


def form_of(request: Request) -> str:
    """Say whether ``json`` or ``html`` is wanted: by ``f``, else by what is accepted."""
    if wanted := request.query_params.get("f"):
        if wanted not in FORMS:
            raise BadInput(
                f"no form {wanted!r}", zh=f"不支持格式“{wanted}”", hint="f=json or f=html"
            )
        return FORMS[wanted]
    accepted = request.headers.get("accept", "")
    json, html = _wanted(accepted)
    if "/" in accepted and json == html == 0:
        raise HTTPException(406, "there is GeoJSON or JSON, and HTML")
    named = "text/html" in accepted
    first = named and ("json" not in accepted or accepted.find("text/html") < accepted.find("json"))
    return "html" if html > json or (html == json and first) else "json"


@lru_cache(256)
def _wanted(accepted: str) -> tuple[float, float]:
    """Give how much JSON (of any kind) and HTML are wanted, 0 … 1, by the closest word on each."""
    known: dict[str, float] = {}
    for part in accepted.lower().split(","):
        kind, *more = (word.strip() for word in part.split(";"))
        told = next((word[2:] for word in more if word.startswith("q=")), "1")
        try:
            weight = min(max(float(told), 0.0), 1.0)
        except ValueError:
            weight = 0.0
        kind = "json" if "json" in kind else kind
        known[kind] = max(known.get(kind, 0.0), weight)
    other = known.get("*/*", 0.0)
    json = known.get("json", known.get("application/*", other))
    return json, known.get("text/html", known.get("text/*", other))


def only(request: Request, known: Collection[str] = PLAIN) -> None:
    """Refuse parameters that are not known, and those that come twice."""
    names = [name for name, _ in request.query_params.multi_items()]
    if strange := sorted({name for name in names if name not in known}):
        raise BadInput(
            f"unknown parameter {', '.join(strange)}"[:200],
            zh=f"未知参数：{'、'.join(strange)}"[:200],
            where=strange,
            hint=f"known here: {', '.join(sorted(known))}",
        )
    if len(names) != len(set(names)):
        raise BadInput("a parameter came twice", zh="参数重复")


def items_of(request: Request, collection: str) -> AskItems:
    """Read a question for features.

    Raises
    ------
    BadInput
        When a parameter is unknown, twice there, or makes no sense.
    """
    view = view_of(request)
    told = dict(request.query_params)
    properties = columns(collection, view) if collection in layers.LAYERS else ()
    if told or request.scope["query_string"]:
        only(request, {*ITEMS, *properties})
    asked: dict[str, Any] = {"collection": collection, "view": view}
    for name in ("after", "crs", "datetime", "filter"):
        if name in told:
            asked[name] = told[name]
    for name in ("bbox-crs", "filter-crs", "filter-lang"):
        if name in told:
            asked[name.replace("-", "_")] = told[name]
    if "limit" in told:
        asked["limit"] = told["limit"]
    if "bbox" in told:
        asked["bbox"] = tuple(told["bbox"].split(","))
    asked["values"] = tuple((name, told[name]) for name in properties if name in told)
    try:
        made = AskItems.model_validate(asked)
    except ValidationError as faults:
        raise misfits.refused(faults) from None
    for uri in (made.crs, made.bbox_crs, made.filter_crs):
        asking.system(uri)
    return made
