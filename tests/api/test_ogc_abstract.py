"""The abstract tests of OGC API – Features, Parts 1 to 4, that are not told elsewhere.

Each test names the classes of the standards that it stands for.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import shapely.geometry
from beside import beside
from fastapi.testclient import TestClient

from api.http import create_app
from api.tasks.ask_items import MOST
from api.tasks.redraw_areas import NewScenario
from api.tasks.work import Work
from geo import asking

pytestmark = pytest.mark.store
LISTED = "/ogc/collections"
ITEMS = f"{LISTED}/grid/items"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
Json = dict[str, Any]


@pytest.fixture(scope="module")
def api(client: TestClient) -> Json:
    """Give the definition of the interface."""
    answer = client.get("/ogc/api")
    assert answer.headers["content-type"] == OPENAPI
    told: Json = answer.json()
    return told


@pytest.fixture(scope="module")
def names(client: TestClient) -> list[str]:
    """Give the ids of the collections."""
    return [told["id"] for told in client.get(LISTED).json()["collections"]]


def whole(client: TestClient, address: str, **asked: str) -> list[Json]:
    """Turn all pages and give every feature."""
    found: list[Json] = []
    answer = client.get(address, params=asked)
    while True:
        told = answer.json()
        found += told["features"]
        following = [link["href"] for link in told["links"] if link["rel"] == "next"]
        if not following:
            assert told["numberMatched"] == len(found)
            return found
        assert told["numberReturned"] == len(told["features"]) > 0
        answer = client.get(following[0])


def parameters(api: Json, path: str) -> dict[str, Json]:
    """Give the parameters of an address that is read."""
    return {told["name"]: told for told in api["paths"][path]["get"]["parameters"]}


def test_the_definition_holds_together(api: Json, names: list[str]) -> None:
    """Part 1 oas30: every parameter of an address is described once, every answer has a text."""
    assert api["openapi"].startswith("3.0.")
    for path, deeds in api["paths"].items():
        for deed in deeds.values():
            told = [(p["name"], p["in"]) for p in deed["parameters"]]
            assert len(told) == len(set(told)), path
            wanted = {part[1:-1] for part in path.split("/") if part.startswith("{")}
            assert {name for name, where in told if where == "path"} == wanted, path
            assert all(answer["description"] for answer in deed["responses"].values())
    assert {f"/collections/{name}/items" for name in names} <= api["paths"].keys()


def test_parameters_are_defined_as_the_standard_has_them(api: Json) -> None:
    """Part 1 fc-bbox, fc-limit, fc-time; Part 2 crs; Part 3 filter: definitions."""
    told = parameters(api, "/collections/grid/items")
    box, limit = told["bbox"], told["limit"]
    assert (box["style"], box["explode"], box["required"]) == ("form", False, False)
    assert box["schema"]["type"] == "array"
    assert [(o["minItems"], o["maxItems"]) for o in box["schema"]["oneOf"]] == [(4, 4), (6, 6)]
    assert limit["schema"]["type"] == "integer"
    assert 1 <= limit["schema"]["minimum"] <= limit["schema"]["default"] <= MOST
    assert told["datetime"]["schema"]["type"] == "string"
    for name in ("crs", "bbox-crs", "filter-crs"):
        assert told[name]["schema"]["format"] == "uri"
    assert told["filter-lang"]["schema"]["default"] == "cql2-text"
    assert {"cql2-text", "cql2-json"} <= set(told["filter-lang"]["schema"]["enum"])
    assert all(p["in"] == "query" and not p["required"] for p in told.values())


def test_documents_link_to_themselves_and_to_their_other_forms(
    client: TestClient, names: list[str]
) -> None:
    """Part 1 root, fc-md-links, sfc-md-links, fc-links, f-links, html, geojson."""
    code = client.get(ITEMS, params={"limit": 1}).json()["features"][0]["id"]
    for path in ("", "/conformance", "/collections", "/collections/grid",
                 "/collections/grid/items", f"/collections/grid/items/{code}"):  # fmt: skip
        links = client.get(f"/ogc{path}").json()["links"]
        assert all({"href", "rel", "type"} <= link.keys() for link in links), path
        kinds = {link["rel"]: link["type"] for link in links}
        assert kinds["self"] in ("application/json", "application/geo+json"), path
        assert kinds["alternate"] == "text/html", path
    for told in client.get(LISTED).json()["collections"]:
        rels = {(link["rel"], link["type"]) for link in told["links"]}
        assert {("items", "application/geo+json"), ("items", "text/html")} <= rels
    one = client.get(f"{ITEMS}/{code}").json()
    assert one["type"] == "Feature"
    assert "collection" in {link["rel"] for link in one["links"]}


def test_a_page_says_when_it_was_made_and_how_much_there_is(client: TestClient) -> None:
    """Part 1 fc-timeStamp, fc-numberMatched, fc-numberReturned, fc-limit-response."""
    told = client.get(ITEMS, params={"limit": 4}).json()
    at = dt.datetime.fromisoformat(told["timeStamp"])
    assert abs(dt.datetime.now(dt.UTC) - at) < dt.timedelta(minutes=1)
    assert told["numberReturned"] == len(told["features"]) == 4
    over = client.get(ITEMS, params={"limit": MOST + 1})
    assert over.status_code == 200
    assert over.json()["numberReturned"] == told["numberMatched"]


def test_pages_of_what_was_asked_give_every_feature_once(client: TestClient) -> None:
    """Part 1 fc-response, fc-links: the next page asks the same, whatever it was."""
    west, south, east, north = client.get(f"{LISTED}/building").json()["extent"]["spatial"]["bbox"][
        0
    ]
    asked = {
        "bbox": f"{west},{south},{(west + east) / 2},{north}",
        "filter": "floors > 3 AND id LIKE '%1%'",
        "crs": asking.STORED.uri,
    }
    once = client.get(f"{LISTED}/building/items", params=asked | {"limit": "10000"}).json()
    paged = whole(client, f"{LISTED}/building/items", **asked, limit="13")
    assert [f["id"] for f in paged] == [f["id"] for f in once["features"]]
    assert len({f["id"] for f in paged}) == len(paged) > 26
    assert paged == once["features"]


def test_time_leaves_what_has_none(client: TestClient) -> None:
    """Part 1 fc-time-response: features without time fit every moment."""
    every = client.get(f"{LISTED}/station/items").json()["numberMatched"]
    for moment in ("2018-02-12T23:20:50Z", "../2018-03-18", "2018-02-12T00:00:00Z/..",
                   "2018-02-12/2018-03-18T12:31:12Z", "/2018-03-18"):  # fmt: skip
        told = client.get(f"{LISTED}/station/items", params={"datetime": moment})
        assert told.json()["numberMatched"] == every, moment


def test_every_collection_is_answered_in_every_system_it_names(
    client: TestClient, names: list[str]
) -> None:
    """Part 2 crs: crs-md, fc-crs-valid-value, fc-crs-default-value, ogc-crs-header."""
    default = f"<{asking.CRS84.uri}>"
    for name in names:
        here = f"{LISTED}/{name}/items"
        assert client.get(here, params={"limit": 1}).headers["content-crs"] == default
        for uri in client.get(f"{LISTED}/{name}").json()["crs"]:
            told = client.get(here, params={"limit": 1, "crs": uri})
            assert (told.status_code, told.headers["content-crs"]) == (200, f"<{uri}>")
    for name in ("crs", "bbox-crs", "filter-crs"):
        asked = {name: "http://www.opengis.net/def/crs/EPSG/0/2154", "bbox": "1,2,3,4"}
        assert client.get(ITEMS, params=asked).status_code == 400, name


def test_whatever_can_be_asked_is_described_and_can_be_asked(
    client: TestClient, names: list[str], api: Json
) -> None:
    """Part 3 queryables, queryables-query-parameters, filter; Part 5 schemas."""
    for name in names:
        answer = client.get(f"{LISTED}/{name}/queryables")
        told = answer.json()
        assert answer.headers["content-type"] == "application/schema+json"
        assert told["$schema"].endswith("2020-12/schema")
        assert told["$id"].endswith(f"{LISTED}/{name}/queryables")
        assert told["type"] == "object"
        assert told["properties"].pop("geometry")["format"].startswith("geometry-")
        assert told["properties"].keys() <= parameters(api, f"/collections/{name}/items").keys()
        first = client.get(f"{LISTED}/{name}/items", params={"limit": 1}).json()["features"][0]
        for column, value in first["properties"].items():
            assert column in told["properties"], (name, column)
            if value is None:
                continue
            asked = {column: str(value), "filter": f'"{column}" IS NOT NULL'}
            found = client.get(f"{LISTED}/{name}/items", params=asked)
            assert found.status_code == 200, (name, column, found.text)
            assert found.json()["numberMatched"] >= 1, (name, column)


def test_a_filter_is_joined_with_all_that_is_asked_beside_it(client: TestClient) -> None:
    """Part 3 filter: mixing-expressions; filter-crs."""
    every = whole(client, ITEMS)
    boxes = {f["id"]: shapely.geometry.shape(f["geometry"]).bounds for f in every}
    west, south, east, north = boxes[every[0]["id"]]
    asked = {
        "bbox": f"{west},{south},{east},{north}",
        "filter": f"code <> '{every[0]['id']}'",
        "kind": every[0]["properties"]["kind"],
    }
    expected = [
        f["id"] for f in every[1:]
        if f["properties"]["kind"] == asked["kind"]
        and boxes[f["id"]][0] <= east and boxes[f["id"]][2] >= west
        and boxes[f["id"]][1] <= north and boxes[f["id"]][3] >= south
    ]  # fmt: skip
    assert [f["id"] for f in whole(client, ITEMS, **asked)] == expected
    assert expected


def test_the_wanted_form_is_given(client: TestClient) -> None:
    """Common: content negotiation by weights, 406 for what there is not, `f` before all."""
    wanted = {
        "": "geo+json", "*/*": "geo+json", "application/*": "geo+json", "text/*": "html",
        "application/json": "geo+json", "text/html": "html", "garbage": "geo+json",
        "application/geo+json;q=0.5, text/html;q=0.9": "html",
        "text/html;q=0.1, application/json": "geo+json",
        "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8": "html",
        "text/html;q=0, */*": "geo+json",
    }  # fmt: skip
    for accept, kind in wanted.items():
        told = client.get(ITEMS, params={"limit": 1}, headers={"Accept": accept})
        assert (told.status_code, kind in told.headers["content-type"]) == (200, True), accept
    for accept in ("application/xml", "image/png, text/csv", "application/json;q=0"):
        told = client.get(ITEMS, headers={"Accept": accept})
        assert told.status_code == 406, accept
        assert told.headers["content-type"] == "application/problem+json"
        assert client.get(ITEMS, params={"f": "json"}, headers={"Accept": accept}).is_success


def test_tiles_are_where_their_sets_say(client: TestClient) -> None:
    """Tiles core, tileset, tilesets-list, dataset-tilesets, geodata-tilesets, selection."""
    rel = "http://www.opengis.net/def/rel/ogc/1.0/"
    landing = client.get("/ogc").json()["links"]
    everything = next(link["href"] for link in landing if link["rel"] == rel + "tilesets-vector")
    for listed in (everything, f"{LISTED}/microgrid/tiles"):
        sets = client.get(listed).json()["tilesets"]
        assert [told["tileMatrixSetId"] for told in sets] == ["WebMercatorQuad", "WorldCRS84Quad"]
        for told in sets:
            links = {link["rel"]: link["href"] for link in told["links"]}
            matrices = client.get(links[rel + "tiling-scheme"]).json()
            assert (matrices["crs"], matrices["uri"]) == (told["crs"], told["tileMatrixSetURI"])
            whole_set = client.get(links["self"]).json()
            template = next(link for link in whole_set["links"] if link["rel"] == "item")
            assert template["templated"]
            for limit in whole_set["tileMatrixSetLimits"]:
                matrix = next(m for m in matrices["tileMatrices"] if m["id"] == limit["tileMatrix"])
                assert 0 <= limit["minTileRow"] <= limit["maxTileRow"] < matrix["matrixHeight"]
                assert 0 <= limit["minTileCol"] <= limit["maxTileCol"] < matrix["matrixWidth"]
                inner = (limit["minTileRow"], limit["minTileCol"], (200, 204))
                outer = (limit["maxTileRow"] + 1, limit["minTileCol"], (404,))
                for row, column, statuses in (inner, outer):
                    at = template["href"].format(
                        tileMatrix=matrix["id"], tileRow=row, tileCol=column
                    )
                    assert client.get(at).status_code in statuses, at
    first = f"/ogc/tiles/WebMercatorQuad/{'{}'}/{'{}'}/{'{}'}"
    limit = client.get("/ogc/tiles/WebMercatorQuad").json()["tileMatrixSetLimits"][-4]
    at = first.format(limit["tileMatrix"], limit["minTileRow"], limit["minTileCol"])
    some = client.get(at, params={"collections": "grid"})
    assert 0 < len(some.content) < len(client.get(at).content)
    assert client.get(at, params={"collections": "gate"}).status_code == 400
    for strange in ("99/0/0", "x/0/0", "1/2/0", "1/0/-1", "1/1/9999999999"):
        assert client.get(f"/ogc/tiles/WorldCRS84Quad/{strange}").status_code == 404, strange


@pytest.fixture(scope="module")
def planner(work: Work) -> Iterator[TestClient]:
    """Give a browser on the machine itself."""
    with beside(create_app(work, draw_first=False)) as made:
        yield made


def test_what_may_be_done_is_told_and_heads_are_given(planner: TestClient) -> None:
    """Part 4: OPTIONS; HTTP: HEAD gives what GET gives, without the body."""
    code = planner.get(ITEMS, params={"limit": 1}).json()["features"][0]["id"]
    for path, allowed in (
        (ITEMS, "GET, HEAD, OPTIONS, POST"),
        (f"{ITEMS}/{code}", "DELETE, GET, HEAD, OPTIONS, PATCH, PUT"),
        (f"{LISTED}/station/items", "GET, HEAD, OPTIONS"),
    ):
        told = planner.options(path)
        assert (told.status_code, told.headers["allow"]) == (204, allowed)
    for path in ("/ogc", LISTED, "/v1/search", "/healthz"):
        told = planner.options(path)
        assert (told.status_code, told.headers["allow"]) == (204, "GET, HEAD, OPTIONS")
        told = planner.delete(path)
        assert (told.status_code, told.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    for path in (ITEMS, "/ogc", "/healthz", "/v1/blind-spots"):
        head, got = planner.head(path), planner.get(path)
        assert (head.status_code, head.content) == (got.status_code, b"")
        assert head.headers["content-type"] == got.headers["content-type"]


def test_a_feature_comes_back_as_it_was_put(planner: TestClient, work: Work) -> None:
    """Part 4 create-replace-delete, update, features, optimistic-locking-etags."""
    plan = NewScenario(name="round").run(work).link
    here = f"/ogc/scenarios/{plan}/collections/grid/items"
    cell = shapely.geometry.shape(planner.get(here).json()["features"][3]["geometry"])
    inner = cell.representative_point().buffer(0.0002).intersection(cell)
    turned = shapely.transform(inner, lambda xy: xy[:, ::-1])
    made = planner.post(
        here, json={"type": "Feature", "properties": {"name": "一"},
                    "geometry": shapely.geometry.mapping(turned)},
        headers={"Content-Crs": f"<{asking.STORED.uri}>", "Content-Type": "application/geo+json"},
    )  # fmt: skip
    assert made.status_code == 201, made.text
    where = made.headers["location"]
    told = planner.get(where)
    assert shapely.geometry.shape(told.json()["geometry"]).symmetric_difference(inner).area < 1e-10
    changed = {"type": "Feature", "properties": {"name": "二"}}
    fresh = {"If-Match": told.headers["etag"]}
    for how, status in ((fresh, 204), (fresh, 412), ({"If-Match": "*"}, 204)):
        kind = {"Content-Type": "application/merge-patch+json"}
        assert planner.patch(where, json=changed, headers=how | kind).status_code == status
    assert planner.get(where).json()["properties"]["name"] == "二"
    assert (
        planner.put(where, content=b"<x/>", headers={"Content-Type": "text/xml"}).status_code == 415
    )
    for deed in ("PUT", "PATCH", "DELETE"):
        gone = planner.request(deed, f"{here}/none", json={} if deed == "DELETE" else told.json())
        assert gone.status_code == 404, deed
    assert planner.delete(where).status_code == 204
    assert planner.get(where).status_code == 404
