"""Which field of a file is which column of a layer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from geo.errors import BadInput
from geo.files.faults import finding
from geo.files.matching import Proposed, proposed
from geo.files.table import ROW, Field, plain
from geo.layers import LAYERS, Column, Finding, Layer


@dataclass(frozen=True, slots=True)
class Match:
    """`of` gives the field's position for each column found (−1: `ROW`); `rest` the others."""

    of: dict[str, int]
    rest: dict[str, int]
    findings: tuple[Finding, ...] = ()
    offers: tuple[Proposed, ...] = ()

    def renamed(self, fields: Sequence[Field]) -> dict[str, str]:
        """Give field name → column name, where they differ."""
        pairs = {**self.of, **self.rest}
        names = {c: ROW if i < 0 else fields[i].name for c, i in pairs.items()}
        return {name: column for column, name in names.items() if name != column}


def match(
    fields: Sequence[Field], layer: Layer, wishes: Mapping[str, str], *, trusting: bool = False
) -> Match:
    """Find the field of every column of a layer.

    In this order: the operator's word, the column's name, its Chinese name, its aliases,
    and, for names that a DBF cut at ten bytes, the beginning of one of these. For columns
    still without a field some may be proposed; `trusting` takes them.

    Parameters
    ----------
    wishes : mapping
        Field (its name, or its position from 1) → column; either way round is understood.

    Raises
    ------
    BadInput
        When a wish names a field that the file has not, or a column twice.
    """
    of = _wished(fields, layer, wishes)
    extra = {c: i for c, i in of.items() if c not in {x.name for x in layer.columns}}
    findings: list[Finding] = []
    for words in (_by_name, _by_zh, _by_alias):
        for column in layer.columns:
            if column.name not in of and (hit := _exact(fields, words(column), of)) is not None:
                of[column.name] = hit
    findings += _cut_matches(fields, layer, of)
    findings += _cut_names(fields, layer, of, findings)
    findings += _collisions(fields, layer, of)
    offers = proposed(fields, layer, of)
    findings += [_offered(layer, offer, taken=trusting) for offer in offers]
    if trusting:
        of.update({offer.column: offer.position for offer in offers})
    findings += _missing(fields, layer, of)
    taken = set(of.values())
    rest = _rest(fields, taken, {c.name for c in layer.columns} | set(extra))
    columns = {c: i for c, i in of.items() if c not in extra}
    return Match(columns, {**extra, **rest}, tuple(findings), tuple(offers))


def guess_layer(name: str, fields: Sequence[Field], *, spatial: bool) -> tuple[str, str, str]:
    """Guess a layer from a file's name, else from its fields; say why in both languages.

    Raises
    ------
    BadInput
        When nothing or too much fits.
    """
    stem = name.lower()
    for layer in sorted(LAYERS.values(), key=lambda d: -len(d.zh)):
        if stem == layer.name or stem.startswith(f"{layer.name}_") or layer.zh in name:
            return layer.name, f"文件名“{name}”", f"the file's name {name!r}"
    scores = {d.name: _score(fields, d) for d in LAYERS.values() if bool(d.geometry) == spatial}
    best = max(scores.values(), default=0)
    winners = [n for n, s in scores.items() if s == best and best > 0]
    if len(winners) == 1:
        return winners[0], "字段名", "its fields"
    names = ", ".join(LAYERS)
    raise BadInput(
        f"cannot tell which layer {name!r} is",
        zh=f"无法判断“{name}”是哪个图层",
        hint=f"name it: one of {names}",
        hint_zh=f"请指定图层：{names}",
    )


def _score(fields: Sequence[Field], layer: Layer) -> int:
    """Count columns found by their own names; 0 unless every required one is found."""
    found = {c.name for c in layer.columns if any(f.name.lower() in (c.name, c.zh) for f in fields)}
    complete = all(c.name in found for c in layer.columns if c.default is None)
    return len(found) if complete else 0


def _wished(fields: Sequence[Field], layer: Layer, wishes: Mapping[str, str]) -> dict[str, int]:
    of: dict[str, int] = {}
    for one, other in wishes.items():
        at, column = _position(fields, one), other
        if at is None:
            at, column = _position(fields, other), one
        if at is None:
            raise _no_field(fields, one)
        if column in of or at in of.values():
            raise BadInput(
                f"{one} and another field are both mapped to {column}",
                zh=f"“{one}”与另一个字段映射重复（{column}）",
            )
        of[column] = at
    return of


def _position(fields: Sequence[Field], word: str) -> int | None:
    if word == ROW:
        return -1
    names = [f.name for f in fields]
    if word in names:
        return names.index(word)
    if word.isdecimal() and 1 <= int(word) <= len(fields):
        return int(word) - 1
    return None


def _no_field(fields: Sequence[Field], word: str) -> BadInput:
    listed = ", ".join(f"{i}: {f.name}" for i, f in enumerate(fields, 1))
    return BadInput(
        f"the file has no field {word!r}",
        zh=f"文件没有“{word}”字段",
        hint=f"its fields are {listed}",
        hint_zh=f"文件的字段：{listed}",
    )


def _by_name(column: Column) -> tuple[str, ...]:
    return (column.name,)


def _by_zh(column: Column) -> tuple[str, ...]:
    return (column.zh,)


def _by_alias(column: Column) -> tuple[str, ...]:
    return column.aliases


def _exact(fields: Sequence[Field], words: tuple[str, ...], of: dict[str, int]) -> int | None:
    taken = set(of.values())
    names = ["" if f.name_cut else f.name.strip().lower() for f in fields]
    bare = ["" if f.name_cut else plain(f.name) for f in fields]
    for written in (names, bare):
        for word in words:
            for i, name in enumerate(written):
                if name == word.lower() and i not in taken:
                    return i
    return None


def _beginnings(field: Field, layer: Layer, of: dict[str, int]) -> list[tuple[Column, str]]:
    """Give the free columns one of whose words begins with a cut name, with that word."""
    found = []
    for column in layer.columns:
        words = (column.name, column.zh, *column.aliases)
        hits = [w for w in words if field.name and w.lower().startswith(field.name.lower())]
        if hits and column.name not in of:
            found.append((column, hits[0]))
    return found


def _cut_matches(fields: Sequence[Field], layer: Layer, of: dict[str, int]) -> list[Finding]:
    """Match cut names as long as one of them can be only one column; report those left."""
    findings = []
    cut = {i: f for i, f in enumerate(fields) if f.name_full and i not in of.values()}
    while cut:
        found = {i: _beginnings(f, layer, of) for i, f in cut.items()}
        sure = next((i for i, columns in found.items() if len(columns) == 1), None)
        if sure is None:
            break
        column, word = found[sure][0]
        of[column.name] = sure
        findings.append(_cut(layer, cut.pop(sure), f"按“{word}”读取", f"read as {word!r}"))
    for i, field in cut.items():
        if columns := _beginnings(field, layer, of):
            findings.append(_unclear(layer, field, i, [c.name for c, _ in columns]))
    return findings


def _cut_names(
    fields: Sequence[Field], layer: Layer, of: dict[str, int], said: list[Finding]
) -> list[Finding]:
    """Report the names that lost bytes and that nothing else was said about."""
    spoken = {f.field for f in said}
    return [
        _cut(layer, field, "保留截断后的名称", "kept under the name that is left")
        for i, field in enumerate(fields)
        if field.name_cut and field.name not in spoken and i not in of.values()
    ]


def _cut(layer: Layer, field: Field, zh: str, en: str) -> Finding:
    return finding(
        "NAME_CUT",
        layer.name,
        f"字段名“{field.name}”被截断（DBF 只容 10 字节），{zh}",
        f"the field name {field.name!r} was cut (a DBF holds 10 bytes) and was {en}",
        field=field.name,
        hint_zh=f"如不正确，请用 --map {field.name}=列名 指定；今后请改用 GeoPackage",
        hint_en=f"if this is wrong use --map {field.name}=column; send GeoPackage in future",
    )


def _unclear(layer: Layer, field: Field, i: int, columns: list[str]) -> Finding:
    listed = ", ".join(columns)
    return finding(
        "NAME_COLLISION",
        layer.name,
        f"被截断的字段名“{field.name}”（第 {i + 1} 个）可能是 {listed}",
        f"the cut field name {field.name!r} (number {i + 1}) may be {listed}",
        field=field.name,
        hint_zh=f"请用 --map {i + 1}=列名 指定",
        hint_en=f"say which with --map {i + 1}=column",
    )


def _collisions(fields: Sequence[Field], layer: Layer, of: dict[str, int]) -> list[Finding]:
    """Report fields that cutting made namesakes (`区域名`, `区域_1`)."""
    findings = []
    for i, field in enumerate(fields):
        stem = field.name.rpartition("_")[0] if field.name[-1:].isdecimal() else field.name
        full = field.name_full or field.name_cut
        twins = [
            j for j in range(i)
            if fields[j].name == field.name or (full and stem and fields[j].name.startswith(stem))
        ]  # fmt: skip
        same = twins and (fields[twins[0]].name == field.name or stem != field.name)
        if same and i not in of.values():
            findings.append(
                finding(
                    "NAME_COLLISION",
                    layer.name,
                    f"第 {twins[0] + 1} 和第 {i + 1} 个字段{'截断后' if full else ''}同名（“{field.name}”）",
                    f"fields {twins[0] + 1} and {i + 1} became namesakes ({field.name!r})",
                    field=field.name,
                    hint_zh=f"请按位置恢复：--map {i + 1}=列名",
                    hint_en=f"restore it by position: --map {i + 1}=column",
                )
            )
    return findings


def _offered(layer: Layer, offer: Proposed, *, taken: bool) -> Finding:
    deed_zh, deed_en = ("已按此读取", "was read so") if taken else ("尚未采用", "was not taken")
    zh = layer.column(offer.column).zh
    return finding(
        "FIELD_PROPOSED",
        layer.name,
        f"字段“{offer.field}”可能是“{zh}”（{offer.why_zh}，把握 {offer.score:.0%}），{deed_zh}",
        f"the field {offer.field!r} may be {offer.column!r} ({offer.why_en}, {offer.score:.0%} sure) and {deed_en}",
        field=offer.field,
        hint_zh=f"确认：--map {offer.field}={offer.column}；全部采用：--accept FIELD_PROPOSED",
        hint_en=f"confirm it with --map {offer.field}={offer.column}, or all with --accept FIELD_PROPOSED",
    )


def _missing(fields: Sequence[Field], layer: Layer, of: dict[str, int]) -> list[Finding]:
    listed = "、".join(f.name for f in fields) or "无"
    listed_en = ", ".join(f.name for f in fields) or "none"
    return [
        finding(
            "FIELD_MISSING",
            layer.name,
            f"缺少必填字段“{c.zh}”（{c.name}）；文件的字段：{listed}",
            f"the required column {c.name!r} ({c.zh}) is missing; the file has: {listed_en}",
            field=c.name,
            hint_zh=f"用 --map 字段名={c.name} 指明它是哪个字段；没有时可用 --map {ROW}={c.name} 取行号",
            hint_en=f"say which it is with --map field={c.name}; --map {ROW}={c.name} takes row numbers",
        )
        for c in layer.columns
        if c.default is None and c.name not in of
    ]


def _rest(fields: Sequence[Field], taken: set[int], used: set[str]) -> dict[str, int]:
    """Name the fields that no column wants; namesakes get a number behind."""
    rest: dict[str, int] = {}
    for i, field in enumerate(fields):
        if i in taken:
            continue
        name, number = field.name or f"field_{i + 1}", 2
        while name in rest or name in used or name == "geometry":
            name, number = f"{field.name or 'field'}_{number}", number + 1
        rest[name] = i
    return rest
