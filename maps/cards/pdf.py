"""A PDF file, written from front to back: objects, streams, pages, and where they lie.

Only what cards need of ISO 32000-1; the same calls write the same bytes.
"""

import hashlib
import zlib
from collections.abc import Hashable
from typing import BinaryIO, NamedTuple

_CATALOG, _PAGES, _RESOURCES = 1, 2, 3


class Form(NamedTuple):
    """A drawing that pages share: its key, its compressed operators, and the box it fills."""

    key: Hashable
    packed: bytes
    box: tuple[int, ...]


class Document:
    """An open document; every page shares one table of fonts and forms, written at the end.

    Parameters
    ----------
    out : binary file
        Open for writing, at its beginning.
    title : str
        As a reader shows it.
    size_pt : tuple of float
        Width and height of the paper.
    edition : str
        32 hexadecimal digits: the lasting identifier of the file (empty: the sum of it).
    """

    def __init__(
        self, out: BinaryIO, title: str, size_pt: tuple[float, float], edition: str = ""
    ) -> None:
        self._out, self._title, self._size, self._edition = out, title, size_pt, edition
        self._places: dict[int, int] = {}
        self._next, self._at = _RESOURCES + 1, 0
        self._sum = hashlib.sha256()
        self._kids: list[int] = []
        self._forms: dict[Hashable, int] = {}
        self._write(b"%PDF-1.5\n%\xe7\xbd\x91\xe6\xa0\xbc\n")

    @property
    def pages(self) -> int:
        """How many pages there are so far."""
        return len(self._kids)

    def put(self, content: str | bytes, number: int = 0) -> int:
        """Write an object; give its number."""
        if not number:
            number, self._next = self._next, self._next + 1
        self._places[number] = self._at
        body = content.encode("ascii") if isinstance(content, str) else content
        self._write(b"%d 0 obj\n%b\nendobj\n" % (number, body))
        return number

    def stream(self, content: bytes, entries: str = "") -> int:
        """Write a compressed stream with further entries of its dictionary."""
        return self._packed(zlib.compress(content, 6), entries)

    def form(self, form: Form) -> str:
        """Give the name of a form, which is written when it is first used."""
        if form.key not in self._forms:
            box = " ".join(map(str, form.box))
            entries = f"/Type /XObject /Subtype /Form /BBox [{box}] /Resources << >>"
            self._forms[form.key] = self._packed(form.packed, entries)
        return f"F{self._forms[form.key]}"

    def _packed(self, packed: bytes, entries: str) -> int:
        head = f"<< /Filter /FlateDecode /Length {len(packed)} {entries} >>\nstream\n"
        return self.put(head.encode("ascii") + packed + b"\nendstream")

    def page(self, content: bytes) -> None:
        """Write a page."""
        drawn = self.stream(content)
        wide, high = self._size
        self._kids.append(
            self.put(
                f"<< /Type /Page /Parent {_PAGES} 0 R /MediaBox [0 0 {wide:g} {high:g}] "
                f"/Resources {_RESOURCES} 0 R /Contents {drawn} 0 R >>"
            )
        )

    def close(self, fonts: dict[str, int]) -> None:
        """Write the table of fonts (by name) and forms, and the end of the file."""
        forms = {f"F{number}": number for number in self._forms.values()}
        tables = [("Font", fonts), ("XObject", forms)]
        self.put(f"<< {' '.join(_table(*table) for table in tables)} >>", _RESOURCES)
        kids = " ".join(f"{kid} 0 R" for kid in self._kids)
        self.put(f"<< /Type /Pages /Count {len(self._kids)} /Kids [{kids}] >>", _PAGES)
        self.put(
            f"<< /Type /Catalog /Pages {_PAGES} 0 R /Lang (zh-CN) "
            "/ViewerPreferences << /DisplayDocTitle true >> >>",
            _CATALOG,
        )
        title = (b"\xfe\xff" + self._title.encode("utf-16-be")).hex()
        info = self.put(f"<< /Title <{title}> /Producer (Wangge) >>")
        start, mark = self._at, self._sum.hexdigest()[:32]
        lines = [b"%010d 00000 n \n" % self._places[n] for n in range(1, self._next)]
        self._write(
            b"xref\n0 %d\n0000000000 65535 f \n" % self._next + b"".join(lines)
            + f"trailer\n<< /Size {self._next} /Root {_CATALOG} 0 R /Info {info} 0 R "
            f"/ID [<{self._edition or mark}> <{mark}>] >>\nstartxref\n{start}\n%%EOF\n".encode("ascii")
        )  # fmt: skip

    def _write(self, content: bytes) -> None:
        self._out.write(content)
        self._sum.update(content)
        self._at += len(content)


def _table(kind: str, entries: dict[str, int]) -> str:
    return f"/{kind} << {' '.join(f'/{name} {n} 0 R' for name, n in entries.items())} >>"
