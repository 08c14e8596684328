"""The first page of a folder of maps: thumbnails, one line each, and the figures in a table."""

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path

import jinja2

from maps import fonts
from maps.figure import POLICY, text_sum
from maps.page import ALWAYS, credit
from maps.scene import Base

_FOLDER = Path(__file__).parent
_TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(_FOLDER / "templates"), autoescape=True, trim_blocks=True
)


def index(
    pages: Sequence[tuple[str, str, str | bytes, str]],
    summary: Mapping[str, Mapping[str, str]] | None = None,
    *,
    base: Base | None = None,
    title: str = "",
    missing: Sequence[str] = (),
) -> str:
    """Write the index page.

    Parameters
    ----------
    pages : sequence of (title, file, thumbnail, summary)
        `file` is a relative address; `thumbnail` a relative address or the bytes of a PNG,
        which then stands in the page itself; `summary` one sentence.
    summary : mapping, optional
        Row → column → value, all ready to be read; the columns are those of the first row.
    base : Base, optional
        Gives heading, data date and 审图号.
    title : str
        The heading, where there is no base.
    missing : sequence of str
        Why other maps cannot be drawn yet, a sentence each.
    """
    base = base or Base(title=title)
    rows = dict(summary or {})
    body = _TEMPLATES.get_template("index_body.html").render(
        base=base,
        pages=[(name, file, _picture(thumb), words) for name, file, thumb, words in pages],
        missing=missing,
        columns=list(next(iter(rows.values()), {})),
        rows=rows,
        credit=credit(base),
    )
    style = (_FOLDER / "static" / "css" / "index.css").read_text("utf-8")
    style += _faces(body)
    return _TEMPLATES.get_template("index.html").render(
        title=f"{base.title} 网格地图".strip(),
        body=body,
        style=style,
        policy=POLICY.format(scripts="'none'", styles=text_sum(style)),
    )


def _picture(thumbnail: str | bytes) -> str:
    if isinstance(thumbnail, str):
        return thumbnail
    return f"data:image/png;base64,{base64.b64encode(thumbnail).decode('ascii')}"


def _faces(body: str) -> str:
    text = [ALWAYS, body]
    faces = ((400, fonts.data_uri(text)), (700, fonts.data_uri(text, "Bold")))
    return "".join(
        f'@font-face{{font-family:"Wangge Sans";font-weight:{weight};'
        f'src:url({source}) format("woff2")}}'
        for weight, source in faces
    )
