"""The open standards: what OGC API – Features and its parts ask, said in our own tests."""

import datetime as dt
import time
from typing import Any

import numpy as np
import orjson
import pytest
import shapely.geometry
from fastapi.testclient import TestClient
from pyproj import CRS

from api.http.ogc import documents
from api.tasks.work import Work
from geo import asking, coords, layers, store

pytestmark = pytest.mark.store
DEF = "http://www.opengis.net/def/crs/"
ITEMS = "/ogc/collections/grid/items"


def ids(answer: Any) -> list[str]:
    """Give the ids of the features of an answer."""
    return [feature["id"] for feature in answer.json()["features"]]


def linked(told: dict[str, Any], rel: str) -> dict[str, Any]:
    """Give the link of a relation."""
    return next(link for link in told["links"] if link["rel"] == rel)


@pytest.fixture(scope="module")
def grids(work: Work) -> Any:
    """Give the grids as they are kept, by code."""
    with work.db.read() as session:
        return store.areas.read(session, "grid").set_index("code")


def test_the_landing_page_leads_everywhere(client: TestClient) -> None:
    told = client.get("/ogc").json()
    for rel in ("self", "alternate", "service-desc", "service-doc", "conformance", "data"):
        found = client.get(linked(told, rel)["href"])
        assert found.status_code == 200, rel
        assert found.headers["content-type"].startswith(linked(told, rel)["type"]), rel
    said = client.get("/ogc/conformance").json()["conformsTo"]
    assert {"core", "geojson", "html", "oas30"} <= {
        uri.rsplit("/", 1)[1] for uri in said if "features-1/" in uri
    }


def test_every_collection_describes_itself_as_it_is_listed(client: TestClient) -> None:
    listed = client.get("/ogc/collections").json()["collections"]
    assert {"grid", "community", "station", "street"} <= {told["id"] for told in listed}
    for told in listed:
        alone = client.get(f"/ogc/collections/{told['id']}").json()
        assert {k: v for k, v in alone.items() if k != "links"} == {
            k: v for k, v in told.items() if k != "links"
        }
        assert told["storageCrs"] in told["crs"] == list(asking.SYSTEMS)
        first = client.get(linked(told, "items")["href"], params={"limit": 3})
        assert first.status_code == 200
        west, south, east, north = told["extent"]["spatial"]["bbox"][0]
        for feature in first.json()["features"]:
            box = shapely.geometry.shape(feature["geometry"]).bounds
            assert west - 1e-6 <= box[0] <= box[2] <= east + 1e-6
            assert south - 1e-6 <= box[1] <= box[3] <= north + 1e-6


def test_the_definition_lists_what_answers(client: TestClient) -> None:
    told = client.get("/ogc/api").json()
    assert told["openapi"].startswith("3.0")
    limit = next(
        p for p in told["paths"]["/collections/grid/items"]["get"]["parameters"]
        if p["name"] == "limit"
    )  # fmt: skip
    assert (limit["schema"]["default"], limit["schema"]["maximum"]) == (1000, 10_000)
    for path, deeds in told["paths"].items():
        if "get" in deeds and "{" not in path:
            assert client.get(f"/ogc{path.rstrip('/')}").status_code == 200, path


def test_pages_together_give_every_feature_once(client: TestClient, grids: Any) -> None:
    seen, address, pages = [], f"{ITEMS}?limit=7", 0
    while address:
        told = client.get(address).json()
        assert told["numberMatched"] == len(grids)
        assert told["numberReturned"] == len(told["features"]) <= 7
        seen += [feature["id"] for feature in told["features"]]
        links = [link["href"] for link in told["links"] if link["rel"] == "next"]
        address, pages = (links[0] if links else ""), pages + 1
    assert seen == list(grids.index)
    assert pages == -(-len(grids) // 7)


def test_a_box_gives_what_touches_it_in_every_system(client: TestClient, grids: Any) -> None:
    west, south, east, north = grids.geometry.iloc[: len(grids) // 3].total_bounds
    boxes = grids.geometry.bounds
    expected = list(grids.index[
        (boxes.minx <= east) & (boxes.maxx >= west) & (boxes.miny <= north) & (boxes.maxy >= south)
    ])  # fmt: skip
    way = coords.transformer(coords.STORED, CRS.from_epsg(3857))
    (x1, y1), (x2, y2) = way.transform(west, south), way.transform(east, north)
    asked = {
        "OGC/1.3/CRS84": (west, south, east, north),
        "EPSG/0/4490": (south, west, north, east),
        "EPSG/0/4326": (south, west, north, east),
        "EPSG/0/3857": (x1, y1, x2, y2),
    }
    for system, box in asked.items():
        params = {"bbox": ",".join(f"{n:.12f}" for n in box), "bbox-crs": DEF + system}
        assert ids(client.get(ITEMS, params=params)) == expected, system
    high = f"{west},{south},0,{east},{north},100"
    assert ids(client.get(ITEMS, params={"bbox": high})) == expected


def test_coordinates_come_with_the_axes_of_their_system(client: TestClient, grids: Any) -> None:
    code, shape = grids.index[0], grids.geometry.iloc[0]
    address = f"{ITEMS}/{code}"
    for system in asking.SYSTEMS.values():
        for where in (address, ITEMS):
            answer = client.get(where, params={"crs": system.uri})
            assert answer.headers["content-crs"] == f"<{system.uri}>"
        told = client.get(address, params={"crs": system.uri}).json()
        back = system.inward(shapely.geometry.shape(told["geometry"]))
        assert back.hausdorff_distance(shape) < 2e-7
        first = told["geometry"]["coordinates"][0][0]
        if system.latitude_first:
            assert first[0] < 60 < first[1]
    exact = client.get(address, params={"crs": asking.STORED.uri}).json()
    kept = asking.STORED.inward(shapely.geometry.shape(exact["geometry"]))
    assert kept.equals_exact(shape, 1e-10)
    assert client.get(ITEMS).headers["content-crs"] == f"<{asking.CRS84.uri}>"


def test_filters_give_what_a_loop_would(client: TestClient, grids: Any) -> None:
    west, south, east, north = grids.geometry.iloc[0].bounds
    name = grids["name"].iloc[2]
    within = [
        c for c, g in grids.geometry.items() if shapely.box(west, south, east, north).contains(g)
    ]
    touching = [
        c for c, g in grids.geometry.items() if shapely.box(west, south, east, north).intersects(g)
    ]
    cases = {
        f"name = '{name}'": [c for c, n in grids["name"].items() if n == name],
        f"name LIKE '{name[:2]}%'": [c for c, n in grids["name"].items() if n.startswith(name[:2])],
        f"NOT (name = '{name}') AND code > '{grids.index[4]}'": [
            c for c, n in grids["name"].items() if n != name and c > grids.index[4]
        ],
        f"S_WITHIN(geometry, BBOX({west},{south},{east},{north}))": within,
        f"S_INTERSECTS(BBOX({west},{south},{east},{north}), geometry)": touching,
        "T_AFTER(born, DATE('1990-01-01')) AND died IS NULL": list(grids.index),
        "T_BEFORE(born, TIMESTAMP('1990-01-01T00:00:00Z'))": [],
        f"code IN ('{grids.index[1]}', '{grids.index[3]}')": [grids.index[1], grids.index[3]],
    }
    for text, expected in cases.items():
        answer = client.get(ITEMS, params={"filter": text})
        assert answer.status_code == 200, answer.text
        assert ids(answer) == expected, text
        json = orjson.dumps(asking.parse(text)).decode()
        told = client.get(ITEMS, params={"filter": json, "filter-lang": "cql2-json"})
        assert ids(told) == expected, text
    turned = f"S_INTERSECTS(geometry, POLYGON(({south} {west},{south} {east},{north} {east},{south} {west})))"
    answer = client.get(ITEMS, params={"filter": turned, "filter-crs": asking.STORED.uri})
    half = shapely.Polygon([(west, south), (east, south), (east, north)])
    assert ids(answer) == [c for c, g in grids.geometry.items() if half.intersects(g)]
    assert ids(client.get(ITEMS, params={"name": name})) == cases[f"name = '{name}'"]


@pytest.mark.parametrize(
    "query",
    [
        "bbox=1,2,x,4", "bbox=1,2,3", "bbox=3,40,1,20", "bbox=1,2,3,nan", "limit=0", "limit=x",
        "limit=-5", "datetime=never", "datetime=2026-01-02/2026-01-01", "unknown=1", "phone=1",
        "crs=urn:x", "bbox-crs=EPSG:9999", "f=gml", "filter=name+%3D", "filter=nobody+%3D+1",
        "filter=name+%3D+1", "filter=%7B&filter-lang=cql2-json", "filter-lang=sql&filter=1",
        "limit=1&limit=2", "households=1", "filter=DELETE()", "filter=1%3D1)",
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_a_problem(client: TestClient, query: str) -> None:
    answer = client.get(f"{ITEMS}?{query}")
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_what_is_not_there_is_not_found(client: TestClient) -> None:
    for path in ("/ogc/collections/staff", "/ogc/collections/candidate/items",
                 "/ogc/collections/x/schema", f"{ITEMS}/nobody", "/ogc/x"):  # fmt: skip
        assert client.get(path).status_code == 404, path


def test_the_public_sees_no_person_phone_or_household(client: TestClient) -> None:
    hidden = {"phone", "households", "residents", "elders", "alone", "children", "disabled",
              "members", "strength", "cost"}  # fmt: skip
    for told in client.get("/ogc/collections").json()["collections"]:
        here = f"/ogc/collections/{told['id']}"
        for feature in client.get(f"{here}/items", params={"limit": 5}).json()["features"]:
            assert not hidden & set(feature["properties"])
        assert not hidden & set(client.get(f"{here}/queryables").json()["properties"])
        for name in hidden:
            assert client.get(f"{here}/items", params={name: "1"}).status_code == 400


def test_pages_are_html_for_people(client: TestClient, grids: Any) -> None:
    for path in ("/ogc", "/ogc/conformance", "/ogc/collections", "/ogc/collections/grid", ITEMS,
                 f"{ITEMS}/{grids.index[0]}", "/ogc/api", "/ogc/collections/grid/schema"):  # fmt: skip
        by_header = client.get(path, headers={"Accept": "text/html,application/xhtml+xml"})
        assert by_header.headers["content-type"].startswith("text/html"), path
        assert "<script" not in by_header.text
        assert client.get(path, params={"f": "html"}).text == by_header.text
        assert "json" in client.get(path, headers={"Accept": "*/*"}).headers["content-type"]


def test_what_has_not_changed_is_not_sent_again(client: TestClient, grids: Any) -> None:
    for path in (f"{ITEMS}?limit=3", f"{ITEMS}/{grids.index[0]}"):
        tag = client.get(path).headers["etag"]
        again = client.get(path, headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")


def test_a_published_change_is_seen_and_the_past_stays(
    client: TestClient, work: Work, grids: Any
) -> None:
    code = grids.index[3]
    before = client.get(f"{ITEMS}/{code}").json()["properties"]
    tag = client.get(ITEMS).headers["etag"]
    day = dt.date.today() + dt.timedelta(days=40)
    with work.db.session() as session:
        frame = store.areas.read(session, "grid", extras=True)
        one = frame[frame["code"] == code].assign(name="改了名的网格")
        revision = store.revisions.open(session, "publish", "test", "renamed", effective=day)
        store.areas.swap(session, "grid", [code], one, revision)
    for _ in range(100):
        now = client.get(f"{ITEMS}/{code}").json()["properties"]
        if now["name"] != before["name"]:
            break
        time.sleep(0.01)
    assert now["name"] == "改了名的网格"
    assert now["born"] == day.isoformat()
    assert client.get(ITEMS).headers["etag"] != tag
    assert ids(client.get(ITEMS)) == list(grids.index)
    yesterday = (day - dt.timedelta(days=1)).isoformat()
    for moment in (yesterday, f"{yesterday}T12:00:00Z"):
        old = client.get(f"{ITEMS}/{code}", params={"datetime": moment}).json()["properties"]
        assert (old["name"], old["died"]) == (before["name"], day.isoformat())
    both = client.get(
        ITEMS, params={"datetime": f"{yesterday}/..", "filter": f"code LIKE '{code}%'"}
    )
    assert sorted(f["properties"]["name"] for f in both.json()["features"]) == sorted(
        [before["name"], "改了名的网格"]
    )
    assert ids(client.get(ITEMS, params={"datetime": "2001-01-01"})) == []
    assert layers.layer("grid").level == "grid"


def test_tiles_stand_under_the_addresses_of_the_standard(client: TestClient, grids: Any) -> None:
    listed = client.get("/ogc/collections/grid/tiles").json()["tilesets"]
    told = client.get(linked(listed[0], "self")["href"]).json()
    template = linked(told, "item")["href"]
    x, y = grids.geometry.iloc[0].representative_point().coords[0]
    column = int((x + 180) / 360 * 2**14)
    row = int((1 - np.arcsinh(np.tan(np.radians(y))) / np.pi) / 2 * 2**14)
    address = template.format(tileMatrix=14, tileRow=row, tileCol=column)
    tile, same = client.get(address), client.get(f"/tiles/grid/14/{column}/{row}.mvt")
    assert tile.status_code == same.status_code == 200
    assert (tile.content, tile.headers["etag"]) == (same.content, same.headers["etag"])
    scheme = client.get(linked(told, f"{documents.REL}tiling-scheme")["href"]).json()
    assert [m["matrixWidth"] for m in scheme["tileMatrices"][:4]] == [1, 2, 4, 8]
    for path in ("collections/gate/tiles/WebMercatorQuad/1/0/0", "tileMatrixSets/x",
                 "collections/grid/tiles/x", "collections/grid/tiles/x/1/0/0"):  # fmt: skip
        assert client.get(f"/ogc/{path}").status_code == 404, path
