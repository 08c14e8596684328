"""Which field may be which column, where no name says so for certain: proposed, never applied.

Names are compared in Chinese, English, pinyin, initials and cut forms; contents by what a
code, a choice or a count looks like.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from rapidfuzz import fuzz

from geo.files.table import Field
from geo.files.values import said_as
from geo.layers import DEFAULT_SCHEME, Column, Layer, codes

_SAMPLE = 500
_LEAST = 0.6
_CLEAR = 0.05
"""By so much the best column of a field must be better than the next."""
WORDS: dict[str, tuple[str, ...]] = {
    "code": ("code", "id", "bm", "dm", "bianma", "daima", "wgbm", "wgdm", "gridcode", "区域代码"),
    "id": ("id", "bh", "bianhao", "objectid", "fid", "序号", "代码"),
    "name": ("name", "mc", "mingcheng", "title", "label", "wgmc", "名字"),
    "parent": ("parent", "pid", "sjbm", "parentcode", "上级", "上级代码", "父级编码"),
    "households": ("households", "hh", "hs", "zhs", "hushu", "户籍户数", "实有户数"),
    "residents": ("residents", "population", "pop", "rk", "rks", "rkzs", "人口总数", "实有人口"),
    "kind": ("kind", "type", "lx", "lb", "leixing", "类型", "类别", "种类"),
    "address": ("address", "addr", "dz", "dizhi", "详细地址", "地址"),
    "phone": ("phone", "tel", "mobile", "dh", "lxdh", "联系电话", "电话", "手机"),
    "floors": ("floors", "cs", "cengshu", "楼层", "楼层数"),
    "use": ("use", "yt", "yongtu", "用途", "房屋用途"),
    "community": ("community", "sq", "shequ", "社区", "所属社区"),
}
"""What offices call these columns, besides their own names."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """A field that may be a column: how sure (0–1), and why in both languages."""

    column: str
    field: str
    position: int
    score: float
    why_zh: str
    why_en: str

    def as_dict(self) -> dict[str, Any]:
        """Give plain values for JSON."""
        return {name: getattr(self, name) for name in self.__slots__}


def proposed(fields: Sequence[Field], layer: Layer, of: Mapping[str, int]) -> list[Proposed]:
    """Propose fields for the columns that no name gave one, the surest first.

    Parameters
    ----------
    of : mapping
        Column → position of its field, as already found.
    """
    free = [i for i in range(len(fields)) if i not in of.values()]
    wanted = [c for c in layer.columns if c.name not in of]
    offers = [
        offer for i in free for offer in _best(fields[i], i, wanted, layer) if offer.score >= _LEAST
    ]
    chosen: dict[str, Proposed] = {}
    taken: set[int] = set()
    for offer in sorted(offers, key=lambda p: (-p.score, p.position)):
        if offer.column not in chosen and offer.position not in taken:
            chosen[offer.column] = offer
            taken.add(offer.position)
    return sorted(chosen.values(), key=lambda p: -p.score)


def _best(field: Field, at: int, wanted: Sequence[Column], layer: Layer) -> Iterator[Proposed]:
    """Give the column that a field fits best, unless another fits it as well."""
    scored = sorted(
        ((_score(field, column, layer), column) for column in wanted), key=lambda s: -s[0][0]
    )
    if not scored or scored[0][0][0] <= 0:
        return
    (score, zh, en), column = scored[0]
    if len(scored) > 1 and score - scored[1][0][0] < _CLEAR:
        return
    yield Proposed(column.name, field.name, at, round(score, 3), zh, en)


def _score(field: Field, column: Column, layer: Layer) -> tuple[float, str, str]:
    named, how_zh, how_en = _by_name(field.name, column)
    held = _by_content(field, column, layer)
    if held < 0:
        return 0.0, "", ""
    if held > named:
        return held, f"内容像{column.zh}", f"its cells look like {column.name}"
    return min(named + (0.04 if held > 0 else 0.0), 0.98), how_zh, how_en


def _by_name(name: str, column: Column) -> tuple[float, str, str]:
    plain = re.sub(r"[\W_]+", "", name).lower()
    words = (column.name, column.zh, *column.aliases, *WORDS.get(column.name, ()))
    best = (0.0, "", "")
    for word in words if plain else ():
        for score, zh, en in _likeness(plain, re.sub(r"[\W_]+", "", word).lower()):
            if score > best[0]:
                best = (score, f"字段名{zh}“{word}”", f"its name {en} {word!r}")
    return best


def _likeness(name: str, word: str) -> Iterator[tuple[float, str, str]]:
    if name == word:
        yield 0.97, "就是", "is"
    if not word.isascii():
        full, initials = _spelled(word)
        if name == full:
            yield 0.95, "是拼音", "is the pinyin of"
        elif len(name) >= 5 and full.startswith(name):
            yield 0.85, "是截断的拼音", "is the cut pinyin of"
        if name == initials and len(name) >= 2:
            yield 0.7 + 0.04 * min(len(name), 4), "是拼音首字母", "is the initials of"
        if len(word) >= 2 and word in name:
            yield 0.82 * (0.8 + 0.2 * len(word) / len(name)), "含有", "contains"
        if len(name) >= 2 and word.startswith(name) and not name.isascii():
            yield 0.75, "是截断的", "is cut from"
    elif len(word) >= 4 and len(name) >= 4:
        yield 0.9 * fuzz.ratio(name, word) / 100 - 0.05, "近似", "is like"


@lru_cache(maxsize=4096)
def _spelled(word: str) -> tuple[str, str]:
    """Give the pinyin of a word, whole and as initials."""
    from pypinyin import lazy_pinyin  # noqa: PLC0415 — whole dictionaries, and few names need them

    parts = lazy_pinyin(word)
    return "".join(parts), "".join(part[0] for part in parts)


def _by_content(field: Field, column: Column, layer: Layer) -> float:
    """Say how far the cells look like a column: 0 nothing known, negative impossible."""
    cells = field.values[:_SAMPLE].tolist()
    texts = [text for cell in cells if cell is not None and (text := str(cell).strip())]
    if not texts:
        return 0.0
    if column.type in ("int", "float"):
        return 0.0 if _share(texts, _is_number) > 0.9 else -1.0
    return _of_words(texts, column, layer)


def _of_words(texts: Sequence[str], column: Column, layer: Layer) -> float:
    if column.name == layer.key and layer.level:
        legal = _share(texts, lambda t: codes.is_legal(t, layer.level))
        return 0.9 * legal if legal > 0.9 and len(set(texts)) > 0.9 * len(texts) else 0.0
    if column.name in ("parent", "community"):
        above = next((lv.parent for lv in DEFAULT_SCHEME if lv.name == layer.level), "community")
        legal = _share(texts, lambda t: codes.is_legal(t, above or "none"))
        return 0.88 * legal if above and legal > 0.9 else -1.0
    if column.choices:
        known = _share(texts, lambda t: said_as(t) in column.choices)
        return 0.85 * known if known > 0.8 else -1.0
    wordless = column.name in ("name", "address") and _share(texts, _is_number) > 0.9
    return -1.0 if wordless else 0.0


def _share(texts: Sequence[str], true_of: Callable[[str], bool]) -> float:
    return sum(map(true_of, texts)) / len(texts)


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[-+]?[\d,]*\.?\d+", text) is not None
