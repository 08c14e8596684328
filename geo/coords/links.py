"""Map links: how a phone is sent to the entrance of a place.

Forms as the makers document them (lbs.amap.com URI API, lbsyun.baidu.com URI API,
lbs.qq.com uriWebRoute, developer.apple.com Map Links, RFC 5870). All but the geo URI speak
GCJ-02, six decimals. Amap takes lon,lat; the others lat,lon.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal
from urllib.parse import quote

from geo.coords.datums import wgs_to_gcj

Mode = Literal["walk", "drive", "transit", "ride"]
_AMAP = {"walk": "walk", "drive": "car", "transit": "bus", "ride": "ride"}
_AMAP_APP = {"drive": 0, "transit": 1, "walk": 2, "ride": 3}
_BAIDU = {"walk": "walking", "drive": "driving", "transit": "transit", "ride": "riding"}
_TENCENT = {"walk": "walk", "drive": "drive", "transit": "bus", "ride": "walk"}
_APPLE = {"walk": "w", "drive": "d", "transit": "r", "ride": "w"}
_FORBIDDEN = str.maketrans("", "", ",|:;，：；｜")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a link leads: the entrance (degrees, WGS 84) and the name on its signboard.

    `city` is asked for by Baidu; `shifted` false leaves the coordinates as they are, for
    places whose maps are not in GCJ-02 (Hong Kong, Macau, Taiwan).
    """

    lon: float
    lat: float
    name: str
    address: str = ""
    city: str = ""
    shifted: bool = True

    def gcj(self) -> tuple[str, str]:
        """Longitude and latitude in GCJ-02, six decimals."""
        return _gcj(self.lon, self.lat, shifted=self.shifted)


@lru_cache(64)
def _gcj(lon: float, lat: float, *, shifted: bool) -> tuple[str, str]:
    there = wgs_to_gcj(lon, lat) if shifted else (lon, lat)
    return f"{float(there[0]):.6f}", f"{float(there[1]):.6f}"


@dataclass(frozen=True, slots=True)
class App:
    """Who sends the user: the names that the map services ask for."""

    name: str = "wangge"
    organisation: str = "wangge"


SENDER = App()


def amap(place: Place, *, mode: Mode = "walk", app: App = SENDER) -> str:
    """Amap in the browser; on a phone it offers to open the app."""
    lon, lat = place.gcj()
    return (
        f"https://uri.amap.com/navigation?to={lon},{lat},{_text(place.name)}"
        f"&mode={_AMAP[mode]}&src={_text(app.name)}&callnative=1"
    )


def amap_marker(place: Place, *, app: App = SENDER) -> str:
    """A pin on Amap."""
    lon, lat = place.gcj()
    return (
        f"https://uri.amap.com/marker?position={lon},{lat}&name={_text(place.name)}"
        f"&src={_text(app.name)}&coordinate=gaode&callnative=1"
    )


def amap_android(place: Place, *, mode: Mode = "walk", app: App = SENDER) -> str:
    """The Amap app on Android and HarmonyOS."""
    return f"amapuri://route/plan/?{_amap_app(place, mode, app)}"


def amap_ios(place: Place, *, mode: Mode = "walk", app: App = SENDER) -> str:
    """The Amap app on iOS."""
    return f"iosamap://path?{_amap_app(place, mode, app)}"


def baidu(place: Place, *, mode: Mode = "walk", app: App = SENDER) -> str:
    """Baidu Maps in the browser."""
    region = f"&region={_text(place.city)}" if place.city else ""
    return (
        f"https://api.map.baidu.com/direction?{_baidu(place, mode)}{region}&output=html"
        f"&coord_type=gcj02&src=webapp.{_source(app)}"
    )


def baidu_marker(place: Place, *, app: App = SENDER) -> str:
    """A pin on Baidu Maps."""
    lon, lat = place.gcj()
    return (
        f"https://api.map.baidu.com/marker?location={lat},{lon}&title={_text(place.name)}"
        f"&content={_text(place.address or place.name)}&output=html&coord_type=gcj02"
        f"&src=webapp.{_source(app)}"
    )


def baidu_app(place: Place, *, mode: Mode = "walk", app: App = SENDER, system: str = "andr") -> str:
    """The Baidu Maps app; `system` is ``andr`` or ``ios``."""
    return (
        f"baidumap://map/direction?{_baidu(place, mode)}&coord_type=gcj02"
        f"&src={system}.{_source(app)}"
    )


def tencent(place: Place, *, mode: Mode = "walk", app: App = SENDER) -> str:
    """Tencent Maps in the browser."""
    lon, lat = place.gcj()
    return (
        f"https://apis.map.qq.com/uri/v1/routeplan?type={_TENCENT[mode]}&to={_text(place.name)}"
        f"&tocoord={lat},{lon}&coord_type=2&policy=0&referer={_text(app.name)}"
    )


def tencent_marker(place: Place, *, app: App = SENDER) -> str:
    """A pin on Tencent Maps."""
    lon, lat = place.gcj()
    return (
        f"https://apis.map.qq.com/uri/v1/marker?marker=coord:{lat},{lon}"
        f";title:{_text(place.name)};addr:{_text(place.address or place.name)}"
        f"&referer={_text(app.name)}"
    )


def tencent_app(place: Place, *, mode: Mode = "walk", app: App = SENDER) -> str:
    """The Tencent Maps app."""
    lon, lat = place.gcj()
    return (
        f"qqmap://map/routeplan?type={_TENCENT[mode]}&to={_text(place.name)}"
        f"&tocoord={lat},{lon}&referer={_text(app.name)}"
    )


def apple(place: Place, *, mode: Mode = "walk") -> str:
    """Apple Maps. Its datum in mainland China is not documented; GCJ-02 is sent."""
    lon, lat = place.gcj()
    return f"https://maps.apple.com/?daddr={lat},{lon}&dirflg={_APPLE[mode]}"


def geo(place: Place) -> str:
    """A geo URI (RFC 5870, WGS 84); some apps read it as GCJ-02, so it comes last."""
    point = f"{place.lat:.6f},{place.lon:.6f}"
    return f"geo:{point}?q={point}({_text(place.name)})"


def buttons(place: Place, *, app: App = SENDER, apple_device: bool = False) -> dict[str, str]:
    """Give the links of a place page in the order of its buttons.

    Returns
    -------
    dict
        ``amap``, ``baidu``, ``tencent``, on Apple devices ``apple``, and ``geo`` last.
    """
    links = {
        "amap": amap(place, app=app),
        "baidu": baidu(place, app=app),
        "tencent": tencent(place, app=app),
    }
    if apple_device:
        links["apple"] = apple(place)
    return links | {"geo": geo(place)}


def _text(words: str) -> str:
    """Percent-encode a name, without the signs that the forms use as separators."""
    return quote(words.translate(_FORBIDDEN).strip(), safe="")


def _source(app: App) -> str:
    return f"{_text(app.organisation)}.{_text(app.name)}"


def _amap_app(place: Place, mode: Mode, app: App) -> str:
    lon, lat = place.gcj()
    return (
        f"sourceApplication={_text(app.name)}&dlat={lat}&dlon={lon}"
        f"&dname={_text(place.name)}&dev=0&t={_AMAP_APP[mode]}"
    )


def _baidu(place: Place, mode: Mode) -> str:
    lon, lat = place.gcj()
    return f"destination=latlng:{lat},{lon}%7Cname:{_text(place.name)}&mode={_BAIDU[mode]}"
