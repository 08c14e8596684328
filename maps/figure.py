"""A Folium figure that asks nobody for anything.

Folium gives the shell: the map element and the call that makes it. Every link that Folium
or one of its parts wants to load goes through `MANIFEST`: to a file of our own, or away
when our pages do not need it. A link that the manifest does not know is an error, so that
no page ever leaves the host by accident.
"""

import base64
import hashlib
import mimetypes
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import folium
from branca.element import CssLink, Figure, JavascriptLink
from folium.template import Template

from geo.errors import BadInput
from maps import vendor

SCRIPTS = ("js/unpack.js", "js/paint.js", "js/labels.js", "js/list.js", "js/map.js")
STYLES = ("css/page.css",)
OWN = "static:"
DROPPED = re.compile(r"jquery|bootstrap|font-?awesome|awesome-markers|awesome\.rotate|glyphicons")
MANIFEST = (
    (re.compile(r"/leaflet@[\d.]+/dist/leaflet\.js$"), "leaflet.js"),
    (re.compile(r"/leaflet@[\d.]+/dist/leaflet\.css$"), "leaflet.css"),
)
POLICY = (
    "default-src 'none'; script-src {scripts}; style-src {styles}; img-src 'self' data:; "
    "font-src data:; base-uri 'none'; form-action 'none'"
)


class OfflineMap(folium.Map):
    """A Folium map without tiles, without inline styles, with the same id every time."""

    _template = Template(
        """
        {% macro html(this, kwargs) %}
        <div class="folium-map" id={{ this.get_name()|tojson }} role="region"
             aria-label="地图 Map"></div>
        {% endmacro %}
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = L.map({{ this.get_name()|tojson }},
            Object.assign({center: {{ this.location|tojson }}}, {{ this.options|tojavascript }}));
        Wangge.mount({{ this.get_name() }},
            JSON.parse(document.getElementById("wangge-scene").textContent));
        {% endmacro %}
        """
    )
    default_js = [*folium.Map.default_js, *((name, OWN + name) for name in SCRIPTS)]  # noqa: RUF012
    default_css = [*folium.Map.default_css, *((name, OWN + name) for name in STYLES)]  # noqa: RUF012

    def __init__(
        self, key: str, *, scripts: Sequence[str] = (), styles: Sequence[str] = (), **options: Any
    ) -> None:
        super().__init__(location=[0, 0], tiles=None, zoom_control=False, **options)
        self._id = key
        self.default_js = [*self.default_js, *((name, OWN + name) for name in scripts)]
        self.default_css = [*self.default_css, *((name, OWN + name) for name in styles)]


class OfflineFigure(Figure):
    """A whole page: our own shell, every asset from our own files.

    Parameters
    ----------
    title : str
        Title of the page.
    inline : bool
        One self-contained page (True), or links below `static` (False).
    nonce : str
        For pages that are served: goes on every inline script and style.
    static : str
        Address of the static files, for pages that are served.
    parts : dict
        HTML that is already safe: ``header``, ``aside``, ``data``, ``style``.
    """

    _template = Template((Path(__file__).parent / "templates" / "figure.html").read_text("utf-8"))

    def __init__(
        self, title: str, *, inline: bool, nonce: str = "", static: str = "/static", **parts: str
    ) -> None:
        super().__init__(title=title)
        self._id = "page"
        self.inline, self.nonce, self.static = inline, nonce, static
        self.parts = parts
        self.styles: list[Path] = []
        self.scripts: list[Path] = []

    def render(self, **kwargs: Any) -> str:
        """Render the children, bring every link home, and write the page."""
        for child in self._children.values():
            child.render(**kwargs)
        links = [
            c for c in self.header._children.values() if isinstance(c, JavascriptLink | CssLink)
        ]
        files = [(type(link), resolve(link.url)) for link in links]
        self.styles = [f for kind, f in files if kind is CssLink and f]
        self.scripts = [f for kind, f in files if kind is JavascriptLink and f]
        return str(self._template.render(this=self, kwargs=kwargs))

    def style_texts(self) -> list[str]:
        """Give the text of every style sheet, its pictures as ``data:`` addresses."""
        return [_embedded_css(f) for f in self.styles] if self.inline else []

    def script_texts(self) -> list[str]:
        """Give the text of every script, safe to stand between script tags."""
        return [_safe_script(f.read_text("utf-8")) for f in self.scripts] if self.inline else []

    def address(self, file: Path) -> str:
        """Give the address of a static file, with its sum so that it may be kept for ever."""
        digest = hashlib.sha256(file.read_bytes()).hexdigest()[:12]
        return f"{self.static}/{file.relative_to(vendor.STATIC).as_posix()}?v={digest}"

    def start_script(self) -> str:
        """Give the script that Folium wrote: it makes the map and hands it the scene."""
        return _safe_script(self.script.render())

    def policy(self) -> str:
        """Give the content security policy of a self-contained page: these texts, no other."""
        scripts = [*self.script_texts(), self.start_script()]
        styles = [*self.style_texts(), self.parts.get("style", "")]
        return POLICY.format(
            scripts=" ".join(text_sum(text) for text in scripts),
            styles=" ".join(text_sum(text) for text in styles),
        )


def resolve(url: str) -> Path | None:
    """Give our own file for a link, or None when our pages do without it.

    Raises
    ------
    BadInput
        When nobody has decided what to do with this link.
    """
    if url.startswith(OWN):
        return vendor.STATIC / url.removeprefix(OWN)
    for pattern, name in MANIFEST:
        if pattern.search(url):
            return vendor.asset(name).path
    if DROPPED.search(url):
        return None
    raise BadInput(
        f"a page wants to load {url}, which is not in the manifest of map assets",
        zh=f"页面引用了清单之外的外部资源：{url}",
        where=[url],
        hint="vendor the file and add it to maps.figure.MANIFEST, or drop it there",
        hint_zh="请将该文件纳入本地资源清单，或在清单中声明不用",
    )


def _safe_script(text: str) -> str:
    """Keep a script from ending its own tag."""
    return re.sub(r"<(?=/script|!--)", r"\\x3C", text, flags=re.IGNORECASE)


def _embedded_css(file: Path) -> str:
    def embed(match: re.Match[str]) -> str:
        source = file.parent / match[1]
        if not source.is_file():
            return match[0] if match[1].startswith("#") else "none"
        kind = mimetypes.guess_type(source.name)[0]
        return f"url(data:{kind};base64,{base64.b64encode(source.read_bytes()).decode('ascii')})"

    return re.sub(r"""url\(\s*['"]?([^'")]+)['"]?\s*\)""", embed, file.read_text("utf-8"))


def text_sum(text: str) -> str:
    """Give the source expression of a content security policy for an inline text."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode()}'"
