"""Map links have exactly the forms that the makers of the apps document."""

from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.coords import links

PLACE = links.Place(119.45, 32.2, "暖心驿站", address="幸福路1号", city="镇江")
APP = links.App("wangge", "zjqu")
NAME, ADDRESS, CITY = (
    "%E6%9A%96%E5%BF%83%E9%A9%BF%E7%AB%99",
    "%E5%B9%B8%E7%A6%8F%E8%B7%AF1%E5%8F%B7",
    "%E9%95%87%E6%B1%9F",
)


@pytest.mark.parametrize(
    ("link", "form"),
    [
        (
            links.amap(PLACE, app=APP),
            f"https://uri.amap.com/navigation?to=119.455393,32.198082,{NAME}&mode=walk&src=wangge&callnative=1",
        ),
        (
            links.amap_marker(PLACE, app=APP),
            f"https://uri.amap.com/marker?position=119.455393,32.198082&name={NAME}&src=wangge&coordinate=gaode&callnative=1",
        ),
        (
            links.amap_android(PLACE, app=APP),
            f"amapuri://route/plan/?sourceApplication=wangge&dlat=32.198082&dlon=119.455393&dname={NAME}&dev=0&t=2",
        ),
        (
            links.amap_ios(PLACE, app=APP),
            f"iosamap://path?sourceApplication=wangge&dlat=32.198082&dlon=119.455393&dname={NAME}&dev=0&t=2",
        ),
        (
            links.baidu(PLACE, app=APP),
            f"https://api.map.baidu.com/direction?destination=latlng:32.198082,119.455393%7Cname:{NAME}&mode=walking&region={CITY}&output=html&coord_type=gcj02&src=webapp.zjqu.wangge",
        ),
        (
            links.baidu_marker(PLACE, app=APP),
            f"https://api.map.baidu.com/marker?location=32.198082,119.455393&title={NAME}&content={ADDRESS}&output=html&coord_type=gcj02&src=webapp.zjqu.wangge",
        ),
        (
            links.baidu_app(PLACE, app=APP),
            f"baidumap://map/direction?destination=latlng:32.198082,119.455393%7Cname:{NAME}&mode=walking&coord_type=gcj02&src=andr.zjqu.wangge",
        ),
        (
            links.tencent(PLACE, app=APP),
            f"https://apis.map.qq.com/uri/v1/routeplan?type=walk&to={NAME}&tocoord=32.198082,119.455393&coord_type=2&policy=0&referer=wangge",
        ),
        (
            links.tencent_marker(PLACE, app=APP),
            f"https://apis.map.qq.com/uri/v1/marker?marker=coord:32.198082,119.455393;title:{NAME};addr:{ADDRESS}&referer=wangge",
        ),
        (
            links.tencent_app(PLACE, app=APP),
            f"qqmap://map/routeplan?type=walk&to={NAME}&tocoord=32.198082,119.455393&referer=wangge",
        ),
        (links.apple(PLACE), "https://maps.apple.com/?daddr=32.198082,119.455393&dirflg=w"),
        (links.geo(PLACE), f"geo:32.200000,119.450000?q=32.200000,119.450000({NAME})"),
    ],
)
def test_exact_forms(link, form):
    assert link == form


def test_buttons_are_in_order():
    assert list(links.buttons(PLACE)) == ["amap", "baidu", "tencent", "geo"]
    assert list(links.buttons(PLACE, apple_device=True)) == [
        "amap",
        "baidu",
        "tencent",
        "apple",
        "geo",
    ]


def test_where_maps_are_not_shifted():
    macau = links.Place(113.5437, 22.1987, "驿站", shifted=False)
    assert "daddr=22.198700,113.543700" in links.apple(macau)


@given(st.text(min_size=1, max_size=30))
def test_no_name_breaks_a_link(name):
    place = links.Place(119.45, 32.2, name.encode("utf-8", "ignore").decode())
    for link in links.buttons(place, apple_device=True).values():
        assert link.isascii()
        assert not set(link) & set(" \"'<>\n\r\t|")
    to = parse_qs(urlsplit(links.amap(place)).query)["to"][0]
    assert to.count(",") <= 2
    assert set(unquote(to.split(",", 2)[-1])) <= set(place.name) | {""} | set("0123456789.")
