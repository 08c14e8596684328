"""One square of a legend, as inline SVG that needs no style sheet."""

import math

from markupsafe import Markup

from maps.palette import style


def swatch(name: str) -> Markup:
    """Draw a style as a small picture: an area, a hatched area, a line or a symbol."""
    look = style(name)
    body = _symbol(look["symbol"]) if "symbol" in look else _area(name)
    return Markup(
        '<svg class="swatch" viewBox="0 0 28 18" width="28" height="18" aria-hidden="true" '
        'focusable="false">{}</svg>'
    ).format(Markup(body).format(**look))  # noqa: S704  body is made of literals


def _area(name: str) -> str:
    hatch = ""
    if "hatch" in style(name):
        lines = "".join(f"M{x} 18L{x + 16} 1" for x in range(-12, 28, 6))
        hatch = (
            f'<clipPath id="clip-{name}"><path d="M1.5 1.5h25v15h-25z"/></clipPath>'
            f'<path d="{lines}" stroke="{{hatch}}" fill="none" clip-path="url(#clip-{name})"/>'
        )
    return (
        '<path d="M1.5 1.5h25v15h-25z" fill="{fill}" fill-opacity="{opacity}"/>'
        + hatch
        + '<path d="M1.5 1.5h25v15h-25z" fill="none" stroke="{line}" stroke-width="{width}"/>'
    )


def _symbol(symbol: str) -> str:
    paint = 'fill="{fill}" stroke="{line}" stroke-width="{width}"'
    if symbol == "circle":
        return f'<circle cx="14" cy="9" r="6.5" {paint}/>'
    if symbol == "square":
        return f'<path d="M8 3h12v12h-12z" {paint}/>'
    count, inner = {"diamond": (4, 1.0), "triangle": (3, 1.0), "star": (10, 0.45)}[symbol]
    points = []
    for k in range(count):
        radius, turn = (8 if k % 2 == 0 else 8 * inner), 2 * math.pi * k / count - math.pi / 2
        points.append(f"{14 + radius * math.cos(turn):.2f},{9 + radius * math.sin(turn):.2f}")
    return f'<polygon points="{" ".join(points)}" {paint}/>'
