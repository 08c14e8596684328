"""The finder without a browser: what it answers, what it keeps to itself, and how heavy it is."""

import datetime as dt
import gzip
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from html import unescape

import geopandas as gpd
import pytest
from beside import HERE
from fastapi.testclient import TestClient

from api.http import create_app
from api.settings import Settings
from api.tasks.find_place import FindPlaces
from api.tasks.nearest_stations import NearestStations
from api.tasks.work import Work
from geo import coords, demo, finding, store
from geo.layers import SERVICES, hours, items
from maps import vendor

pytestmark = pytest.mark.store
MORNING, NIGHT = "2026-11-23T10:00", "2026-11-22T03:00"
PHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/120 Mobile Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) Mobile/15E148 Safari/604.1"
DESK = "Mozilla/5.0 (X11; Linux x86_64) Chrome/120"


@pytest.fixture(scope="module")
def homes(town: demo.District) -> gpd.GeoDataFrame:
    """Give the buildings, in degrees."""
    return coords.to_degrees(town.layers["building"])


def page(client: TestClient, path: str, agent: str = PHONE, status: int = 200) -> str:
    """Give the text of a page."""
    answer = client.get(path, headers={"user-agent": agent})
    assert answer.status_code == status
    return unescape(answer.text)


def forms(homes: gpd.GeoDataFrame) -> Iterator[NearestStations]:
    """Give many different questions from all over the district."""
    spots = homes.representative_point().iloc[:: max(1, len(homes) // 12)]
    for i, spot in enumerate(spots):
        for at in (MORNING, NIGHT, "2026-11-22T21:00"):
            yield NearestStations(
                lon=spot.x, lat=spot.y, k=4, service=(None, *SERVICES)[i % (len(SERVICES) + 1)],
                open_at=dt.datetime.fromisoformat(at),
                walker=("adult", "elder", "wheelchair")[i % 3],
            )  # fmt: skip


def test_what_is_listed_is_open_and_what_is_later_is_nearer_and_shut(
    work: Work, homes: gpd.GeoDataFrame
) -> None:
    lengths = set()
    for form in forms(homes):
        told = form.run(work)
        assert form.open_at is not None
        for s in told["stations"] + told["later"]:
            week = hours.parse(s["hours"])
            assert hours.is_open(week, form.open_at) == s["open"] == (s in told["stations"])
            assert form.service is None or form.service in s["services"]
        seconds = [s["walk_s"] for s in told["stations"]]
        assert seconds == sorted(seconds)
        assert all(s["opens_at"] and s["walk_s"] <= seconds[0] for s in told["later"] if seconds)
        lengths.add((bool(seconds), bool(told["later"])))
    assert {(True, False), (True, True)} <= lengths


def test_when_nothing_is_open_the_soonest_is_told_with_its_hour(
    client: TestClient, work: Work, town: demo.District
) -> None:
    stations = town.layers["station"]
    open_all_night = {
        s for cell in stations["services"][stations["hours"] == "24/7"] for s in items(cell)
    }
    offered = {s for cell in stations["services"] for s in items(cell)}
    service = min(offered - open_all_night)
    place = town.layers["building"]["id"].iloc[0]
    html = page(client, f"/at/{place}?service={service}&at={NIGHT}")
    assert "现在都没有开放" in html
    assert re.search(r"未开放 · \d\d:\d\d\xa0开门", html)
    assert 'href="tel:12345"' in html


def test_command_and_web_give_the_same_answer(
    client: TestClient, database_url: str, homes: gpd.GeoDataFrame
) -> None:
    spot = homes.representative_point().iloc[7]
    words = ["--lon", f"{spot.x}", "--lat", f"{spot.y}", "-k", "4", "--service", "water"]
    words += ["--open-at", MORNING, "--walker", "elder", "--tier", "community", "--json"]
    env = {**os.environ, "WANGGE_DATABASE_URL": database_url}
    command = [sys.executable, "-m", "api.cli", "stations", "nearest", *words]
    said = subprocess.run(command, capture_output=True, text=True, env=env, check=True).stdout
    params = {"lon": spot.x, "lat": spot.y, "k": 4, "service": "water", "open_at": MORNING}
    answer = client.get(
        "/v1/stations/nearest", params={**params, "walker": "elder", "tier": "community"}
    )
    assert answer.json() == json.loads(said)
    assert answer.json()["stations"]
    assert {s["tier"] for s in answer.json()["stations"]} == {"community"}


def test_a_moment_may_carry_its_zone(work: Work, homes: gpd.GeoDataFrame) -> None:
    spot = homes.representative_point().iloc[3]
    here = NearestStations(lon=spot.x, lat=spot.y, open_at=dt.datetime(2026, 11, 23, 10)).run(work)
    utc = dt.datetime(2026, 11, 23, 2, tzinfo=dt.UTC)
    assert NearestStations(lon=spot.x, lat=spot.y, open_at=utc).run(work) == here


def test_a_card_says_all_that_is_needed_to_go(
    client: TestClient, work: Work, homes: gpd.GeoDataFrame
) -> None:
    row = homes.iloc[5]
    html = page(client, f"/at/{row['id']}?at={MORNING}")
    assert f"<strong>{row['compound']}{row['name']}</strong>" in html
    spot = FindPlaces(text=row["id"]).run(work)[0]
    form = NearestStations(
        lon=spot["lon"], lat=spot["lat"], k=5, open_at=dt.datetime.fromisoformat(MORNING)
    )
    for s in form.run(work)["stations"]:
        assert s["signboard"] in html
        assert f'href="{s["links"]["amap"]}"' in html
        assert f'href="tel:{s["phone"].replace("-", "")}"' in html
        assert s["address"] in html
    assert html.index("百度地图") < html.index("腾讯地图") < html.index("手机自带地图")
    assert "步行约" in html
    assert "开放中" in html


def test_each_visitor_gets_the_buttons_of_their_device(
    client: TestClient, homes: gpd.GeoDataFrame
) -> None:
    path = f"/at/{homes['id'].iloc[0]}"
    assert "maps.apple.com" in page(client, path, IPHONE)
    assert "maps.apple.com" not in page(client, path)
    assert "<svg" in page(client, path, DESK)
    assert "<svg" not in page(client, path)
    chat = page(client, path, PHONE + " MicroMessenger/8.0.49")
    assert "在浏览器打开" in chat
    assert f'data-copy="{HERE}{path}"' in chat
    assert "callnative=1" not in chat
    assert "callnative=0" in chat
    assert "在浏览器打开" not in page(client, path)


@pytest.mark.parametrize("layer", ["building", "station", "community"])
def test_a_door_code_leads_straight_to_the_list(
    client: TestClient, town: demo.District, layer: str
) -> None:
    for key in town.layers[layer].iloc[::60, 0]:
        assert 'class="cards"' in page(client, f"/at/{key}?when=all")


def test_a_compound_is_a_place_by_its_name(client: TestClient, town: demo.District) -> None:
    name = next(c for c in town.layers["building"]["compound"] if c)
    assert f"<strong>{name}</strong>" in page(client, f"/at/{name}")
    assert "没有找到" in page(client, "/at/没有这里", status=404)
    assert "没有找到" in page(client, "/?lon=east&lat=32", status=400)


def test_every_compound_is_found_however_it_is_typed(work: Work, town: demo.District) -> None:
    names = sorted({c for c in town.layers["building"]["compound"] if c})
    missed = []
    for name in names:
        letters = "".join(finding.readings(name)[0])
        initials = "".join(s[0] for s in finding.readings(name)[0])
        slip = letters[:2] + letters[3:]
        other = name[:-1] + "闸" if len(name) > 3 else name
        for typed in (name, letters, letters.upper(), initials, slip, other, name[:3]):
            found = [p["name"] for p in FindPlaces(text=typed, limit=5).run(work)]
            if name not in found:
                missed.append((name, typed, found))
    assert len(missed) <= 0.02 * 7 * len(names), missed


def test_characters_are_read_in_all_their_ways() -> None:
    index = finding.Names(["重庆路", "朝阳小区", "曾家村"])
    for typed, number in [
        ("chongqinglu", 0), ("zhongqinglu", 0), ("zql", 0), ("cyxq", 1), ("zhaoyang", 1),
        ("zengjiacun", 2), ("cengjia", 2), ("zenjiachun", 2),
    ]:  # fmt: skip
        scores = index.find(typed)
        assert max(scores, key=lambda n: scores[n]) == number, typed


def test_a_building_is_found_by_its_number(work: Work, homes: gpd.GeoDataFrame) -> None:
    row = homes[(homes["compound"] != "") & homes["name"].str.fullmatch(r"\d+幢")].iloc[11]
    for typed in (row["compound"] + row["name"], row["compound"] + row["name"][:-1], row["id"]):
        assert FindPlaces(text=typed).run(work)[0]["key"] == row["id"]


def test_a_typed_name_is_asked_back_only_when_it_may_mean_several(
    client: TestClient, town: demo.District
) -> None:
    name = next(c for c in town.layers["building"]["compound"] if c)
    assert 'class="cards"' in page(client, f"/?q={name}&when=all")
    several = page(client, "/?q=社区&elder=1")
    assert several.count('href="/at/') > 1
    assert re.findall(r'href="(/at/[^"]+)"', several)[0].endswith("?elder=1")
    assert "没有找到“qqqq”" in page(client, "/?q=qqqq")


def test_the_choices_stay_in_every_link(client: TestClient, homes: gpd.GeoDataFrame) -> None:
    html = page(client, f"/at/{homes['id'].iloc[0]}?elder=1&lang=en&service=rest&at={MORNING}")
    inner = [
        h
        for h in re.findall(r'href="(/[^"]*)"', html)
        if not h.startswith(("/static", "/maps")) and not h.endswith("/card.pdf")
    ]
    assert len(inner) > 15
    assert [h for h in inner if "elder=1" not in h] == [
        h for h in inner if "lang=en" in h and "elder=1" not in h
    ]
    assert sum("elder=1" not in h for h in inner) == 1  # the way back to the standard page
    assert sum("lang=en" not in h for h in inner) == 1  # and back to Chinese
    assert '<html lang="en" class="elder">' in html
    for name, value in (("elder", "1"), ("lang", "en"), ("service", "rest"), ("at", MORNING)):
        assert f'<input type="hidden" name="{name}" value="{value}">' in html


def test_step_free_asks_for_a_way_without_steps(
    client: TestClient, homes: gpd.GeoDataFrame
) -> None:
    path = f"/at/{homes['id'].iloc[0]}?at={MORNING}"
    minutes = [
        [int(m) for m in re.findall(r"步行约 (\d+) 分钟", page(client, path + more))]
        for more in ("", "&elder=1", "&step=1")
    ]
    assert minutes[0][0] <= minutes[1][0] <= minutes[2][0]
    assert minutes[0] != minutes[2]


def test_a_page_runs_nothing_foreign_and_repeats_no_markup(client: TestClient) -> None:
    for path in ("/?q=<img src=x onerror=alert(1)>", "/at/<script>alert(1)",
                 '/?lon=119"><b>&lat=32', "/?service=<i>&lang=<u>&at=<s>&q=x"):  # fmt: skip
        answer = client.get(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        for tag in ("<img", "<script>a", "<b>&", "<i>", "<u>", "<s>"):
            assert tag not in answer.text
        assert "http://" not in answer.text.replace("http://www.w3.org/2000/svg", "")


def test_a_page_tells_nothing_of_people(
    client: TestClient, town: demo.District, homes: gpd.GeoDataFrame
) -> None:
    row = homes.loc[homes["households"].idxmax()]
    html = page(client, f"/at/{row['id']}")
    assert not re.search(r"households|residents|户数|独居|elders|alone", html)
    for person in town.layers["staff"]["name"]:
        assert person not in html
    told = client.get("/v1/places", params={"q": row["id"]}).json()[0]
    assert set(told) == {"key", "kind", "name", "area", "lon", "lat", "score"}


@pytest.mark.parametrize("agent", [PHONE, DESK])
def test_the_list_weighs_less_than_thirty_kilobytes(
    client: TestClient, homes: gpd.GeoDataFrame, agent: str
) -> None:
    html = page(client, f"/at/{homes['id'].iloc[0]}?when=all", agent)
    files = [vendor.STATIC / f"finder/finder.{kind}" for kind in ("css", "js")]
    weights = [
        len(gzip.compress(text)) for text in (html.encode(), *(f.read_bytes() for f in files))
    ]
    assert sum(weights) <= 30_000


def test_settings_reach_the_page(work: Work, homes: gpd.GeoDataFrame) -> None:
    row = homes.iloc[0]
    settings = Settings(
        map_approval_no="苏S(2026)012号", duty_phone="0511-12345",
        holidays=frozenset({"2026-11-23"}),
    )  # fmt: skip
    app = create_app(Work(settings=settings, database=work.database), draw_first=False)
    with TestClient(app) as festive:
        html = page(festive, f"/at/{row['id']}?at={MORNING}")
        assert "审图号：苏S(2026)012号" in html
        assert "tel:0511-12345" in html
        params = {"lon": row.geometry.centroid.x, "lat": row.geometry.centroid.y, "k": 50}
        told = festive.get("/v1/stations/nearest", params={**params, "open_at": MORNING}).json()
        assert told["stations"]
        assert all("PH off" not in s["hours"] for s in told["stations"])


def test_the_ground_is_cut_to_what_is_asked(client: TestClient, homes: gpd.GeoDataFrame) -> None:
    x, y = homes.representative_point().iloc[0].coords[0]
    box = f"{x - 0.004},{y - 0.004},{x + 0.004},{y + 0.004}"
    near = client.get("/finder/ground", params={"box": box, "zoom": 16})
    far = client.get("/finder/ground", params={"box": box, "zoom": 12})
    assert {"street", "building"} <= set(near.json()["base"])
    assert "building" not in far.json()["base"]
    assert len(far.content) < len(near.content)
    assert client.get("/finder/ground").json()["box"] != near.json()["box"]
    for wrong in ("1,2,3", "9,9,1,1", "0,0,90,90", "a,b,c,d"):
        assert client.get("/finder/ground", params={"box": wrong}).status_code == 400


def test_a_station_that_closed_is_not_told_a_moment_later(
    client: TestClient, work: Work, homes: gpd.GeoDataFrame
) -> None:
    params = {"lon": homes.geometry.iloc[0].centroid.x, "lat": homes.geometry.iloc[0].centroid.y}
    first = client.get("/v1/stations/nearest", params=params).json()["stations"][0]["id"]
    with work.db.session() as session:
        stations = store.features.read(session, "station")
        stations.loc[stations["id"] == first, "status"] = "closed"
        store.features.replace(session, "station", stations)
        store.audit.write(session, "test", "import", subject="station")
    left = client.get("/v1/stations/nearest", params={**params, "k": 50}).json()["stations"]
    assert first not in {s["id"] for s in left}


def test_an_empty_store_says_so(bare_url: str) -> None:
    db = store.connect(bare_url)
    store.upgrade(db)
    with TestClient(create_app(Work(settings=Settings(), database=db), draw_first=False)) as empty:
        assert "还没有站点数据" in page(empty, "/?q=x", status=404)
        assert "您在哪里" in page(empty, "/")
    db.close()
