"""CQL2 as text, read into its JSON form (OGC 21-065r2).

Both encodings end in one form, plain JSON values such as
``{"op": "=", "args": [{"property": "name"}, "x"]}``; `filters` evaluates that form alone.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import shapely
import shapely.geometry

from geo.errors import BadInput

LONGEST = 16_000
DEEPEST = 60
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<text>'(?:''|\\'|[^'])*')
    | (?P<quoted>"(?:[^"]|"")+")
    | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
    | (?P<word>[^\W\d][\w:.$]*)
    | (?P<sign><=|>=|<>|[=<>+\-*/%^(),])
    )""",
    re.VERBOSE,
)
_SHAPES = {
    "POINT", "LINESTRING", "POLYGON", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON",
    "GEOMETRYCOLLECTION",
}  # fmt: skip
_COMPARED = ("=", "<>", "<", ">", "<=", ">=")
Expression = Any
"""A JSON value: a scalar, or an object with ``op``, ``property``, ``date``, ``type``, ..."""


class Token(NamedTuple):
    """A piece of the text: its sort, what it says, and where it begins."""

    sort: str
    said: str
    at: int


def parse(text: str) -> Expression:
    """Read a filter.

    Raises
    ------
    BadInput
        With the place (characters from 1) where the text stops making sense.

    Examples
    --------
    >>> parse("name LIKE '世纪%' AND NOT households > 300")["op"]
    'and'
    >>> parse("kind IN ('a', 'b')")
    {'op': 'in', 'args': [{'property': 'kind'}, ['a', 'b']]}
    """
    if len(text) > LONGEST:
        raise BadInput(f"a filter has at most {LONGEST} letters", zh=f"过滤条件最多 {LONGEST} 字")
    reader = _Reader(text)
    told = reader.either()
    reader.end()
    return told


def _tokens(text: str) -> Iterator[Token]:
    at = 0
    while text[at:].strip():
        found = _TOKEN.match(text, at)
        if found is None or found.lastgroup is None:
            raise _fault(text, at + len(text[at:]) - len(text[at:].lstrip()))
        yield Token(found.lastgroup, found[found.lastgroup], found.start(found.lastgroup))
        at = found.end()
    yield Token("end", "", len(text))


def _fault(text: str, at: int, wanted: str = "") -> BadInput:
    return BadInput(
        f"the filter makes no sense from letter {at + 1} on: {text[at : at + 20]!r}"
        + (f" ({wanted} is missing)" if wanted else ""),
        zh=f"过滤条件第 {at + 1} 个字符处有误：{text[at : at + 20]}",
        hint="such as name = 'x' AND S_INTERSECTS(geometry, BBOX(119.4,32.1,119.5,32.2))",
    )


class _Reader:
    """Reads token by token; each method takes one rule of the grammar."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(_tokens(text))
        self.next = 0
        self.depth = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.next]

    def said(self, *words: str) -> str:
        """Take the next token when it is one of these words or signs."""
        token = self.token
        if token.sort in ("word", "sign") and token.said.upper() in words:
            self.next += 1
            return token.said.upper()
        return ""

    def need(self, word: str) -> None:
        if not self.said(word):
            raise _fault(self.text, self.token.at, word)

    def end(self) -> None:
        if self.token.sort != "end":
            raise _fault(self.text, self.token.at)

    def either(self) -> Expression:
        self.depth += 1
        if self.depth > DEEPEST:
            raise BadInput("the filter is nested too deeply", zh="过滤条件嵌套过深")
        told = self._row(self.both, "OR")
        self.depth -= 1
        return told

    def both(self) -> Expression:
        return self._row(self.negated, "AND")

    def _row(self, part: Callable[[], Expression], word: str) -> Expression:
        told = [part()]
        while self.said(word):
            told.append(part())
        return told[0] if len(told) == 1 else {"op": word.lower(), "args": told}

    def negated(self) -> Expression:
        turned = False
        while self.said("NOT"):
            turned = not turned
        return _not(self.compared(), turned)

    def compared(self) -> Expression:
        left = self.sum()
        if sign := self.said(*_COMPARED):
            return {"op": sign, "args": [left, self.sum()]}
        if self.said("IS"):
            turned = bool(self.said("NOT"))
            self.need("NULL")
            return _not({"op": "isNull", "args": [left]}, turned)
        turned = bool(self.said("NOT"))
        if word := self.said("LIKE", "ILIKE"):
            sides = [left, self.sum()]
            if word == "ILIKE":  # of the draft that GDAL speaks
                sides = [{"op": "casei", "args": [side]} for side in sides]
            return _not({"op": "like", "args": sides}, turned)
        if self.said("BETWEEN"):
            low = self.sum()
            self.need("AND")
            return _not({"op": "between", "args": [left, low, self.sum()]}, turned)
        if self.said("IN"):
            self.need("(")
            return _not({"op": "in", "args": [left, self.listed()]}, turned)
        if turned:
            raise _fault(self.text, self.token.at, "LIKE, BETWEEN, IN")
        return left

    def sum(self) -> Expression:
        return self._chain(self.product, "+", "-")

    def product(self) -> Expression:
        return self._chain(self.power, "*", "/", "%", "DIV")

    def power(self) -> Expression:
        return self._chain(self.signed, "^")

    def _chain(self, part: Callable[[], Expression], *signs: str) -> Expression:
        told = part()
        while sign := self.said(*signs):
            told = {"op": sign.lower(), "args": [told, part()]}
        return told

    def signed(self) -> Expression:
        turned = False
        while sign := self.said("-", "+"):
            turned ^= sign == "-"
        told = self.atom()
        if not turned:
            return told
        return -told if isinstance(told, int | float) else {"op": "*", "args": [-1, told]}

    def atom(self) -> Expression:
        token = self.token
        if self.said("("):
            told = self.either()
            self.need(")")
            return told
        self.next += 1
        if token.sort == "number":
            return float(token.said) if set(token.said) & set(".eE") else int(token.said)
        if token.sort == "text":
            return token.said[1:-1].replace("''", "'").replace("\\'", "'")
        if token.sort == "quoted":
            return {"property": token.said[1:-1].replace('""', '"')}
        if token.sort == "word":
            return self.named(token)
        raise _fault(self.text, token.at)

    def named(self, token: Token) -> Expression:
        word = token.said.upper()
        if word in ("TRUE", "FALSE"):
            return word == "TRUE"
        if word in _SHAPES:
            return self.shape(token)
        if not self.said("("):
            return {"property": token.said}
        told = self.listed()
        if word in ("DATE", "TIMESTAMP"):
            return {word.lower(): told[0] if len(told) == 1 else told}
        if word in ("INTERVAL", "BBOX"):
            return {word.lower(): told}
        return {"op": token.said.lower(), "args": told}

    def listed(self) -> list[Expression]:
        """Take what stands between brackets, the first of which is taken."""
        told: list[Expression] = []
        if self.said(")"):
            return told
        told.append(self.either())
        while self.said(","):
            told.append(self.either())
        self.need(")")
        return told

    def shape(self, token: Token) -> Expression:
        """Take a geometry in well-known text, up to the bracket that ends it."""
        depth, started = 0, False
        while not (started and depth == 0):
            if self.token.sort == "end":
                raise _fault(self.text, token.at, ")")
            depth += {"(": 1, ")": -1}.get(self.token.said, 0)
            started = started or depth > 0
            self.next += 1
        stop = self.tokens[self.next - 1]
        written = self.text[token.at : stop.at + 1]
        try:
            return dict(shapely.geometry.mapping(shapely.from_wkt(written)))
        except shapely.errors.ShapelyError:
            raise _fault(self.text, token.at) from None


def _not(told: Expression, turned: bool = True) -> Expression:
    return {"op": "not", "args": [told]} if turned else told
