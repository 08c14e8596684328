"""KML as it is sent: letters decided from its bytes, and the true names of its own fields kept.

GDAL trusts what the head says of the letters, and makes underscores of every name that is
not plain ASCII, so that two Chinese names become one.
"""

import dataclasses
import html
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from geo.files import letters
from geo.files.opening import Source
from geo.layers import Finding

_HEAD = re.compile(r"<\?xml[^>]*?encoding\s*=\s*[\"']([\w-]+)[\"'][^>]*\?>")
_NAME = re.compile(
    r"(<(?:\w+:)?(?:Data|SimpleData|SimpleField)\b[^>]*?\bname\s*=\s*)(?:\"([^\"]*)\"|'([^']*)')"
)
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_HEAD_BYTES = 400


@dataclass(frozen=True, slots=True)
class Plain:
    """A copy that GDAL reads right, what its fields are truly called, what was found."""

    source: Source
    names: Mapping[str, str]
    findings: tuple[Finding, ...]


@contextmanager
def plain(source: Source, layer: str) -> Iterator[Plain]:
    """Give a copy in UTF-8 whose fields have plain names; it vanishes afterwards."""
    content, says = letters.unmarked(source.path.read_bytes(), (letters.UTF8, "XML"))
    if (said := _HEAD.search(content[:_HEAD_BYTES].decode("latin-1"))) is not None:
        says = letters.declared(said[1], 0)
    decision = letters.decide([content], layer=layer, says=says)
    text, _ = letters.decode(content, decision.encoding)
    text = _HEAD.sub('<?xml version="1.0" encoding="UTF-8"?>', text, count=1)
    names: dict[str, str] = {}

    def renamed(found: re.Match[str]) -> str:
        name = html.unescape(found[2] if found[2] is not None else found[3])
        if _PLAIN.fullmatch(name):
            return found[0]
        short = next((s for s, n in names.items() if n == name), f"own_name_{len(names) + 1}")
        names[short] = name
        return f'{found[1]}"{short}"'

    text = _NAME.sub(renamed, text)
    with tempfile.TemporaryDirectory(prefix="wangge-") as folder:
        copy = Path(folder) / "layer.kml"
        copy.write_text(text, "utf-8")
        yield Plain(dataclasses.replace(source, path=copy), names, decision.findings)
