"""Which encoding a DBF really has: decided once per file, from all its bytes.

A short GBK word can be valid UTF-8, so no word is judged alone. What the file says of
itself (.cpg, language byte) is compared with what its bytes are, and a lie is reported.
"""

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass

from geo.errors import BadInput
from geo.files.faults import finding
from geo.layers import Finding

UTF8, GB = "utf-8", "gb18030"
_DECLARED = {
    "UTF-8": UTF8, "UTF8": UTF8, "65001": UTF8, "GBK": GB, "936": GB, "CP936": GB,
    "ANSI 936": GB, "GB2312": GB, "GB18030": GB, "54936": GB,
}  # fmt: skip
_SAYS_NOTHING = {"", "SYSTEM", "OEM", "ANSI"}
_NUMBERED = re.compile(rb"(_\d{1,2})$")
_LDID_GBK = 0x4D


@dataclass(frozen=True, slots=True)
class Decision:
    """The encoding of one file, how it was found, and what is to be said about it."""

    encoding: str
    findings: tuple[Finding, ...] = ()


def declared(cpg: str | None, language: int) -> tuple[str | None, str]:
    """Give what a file says of its encoding (None: nothing that binds), and its own words."""
    words = (cpg or "").strip().upper()
    if words not in _SAYS_NOTHING:
        return _DECLARED.get(words, words.lower()), f".cpg {words}"
    if language == _LDID_GBK:
        return GB, "LDID 0x4D"
    return None, f".cpg {words}" if words else f"LDID 0x{language:02X}"


def unmarked(content: bytes, says: tuple[str | None, str]) -> tuple[bytes, tuple[str | None, str]]:
    """Give bytes without the mark before them, and what that mark, or else the file, says.

    UTF-16, as spreadsheets and Notepad write "Unicode", is made UTF-8.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace").encode(), (UTF8, "UTF-16")
    if content.startswith(codecs.BOM_UTF8):
        return content.removeprefix(codecs.BOM_UTF8), (UTF8, "BOM")
    return content, says


def decide(
    words: Iterable[bytes],
    *,
    layer: str,
    says: tuple[str | None, str] = (None, ""),
    option: str | None = None,
) -> Decision:
    """Decide the encoding of all names and values of one file.

    UTF-8 when every word is strict UTF-8 (a tail of ≤ 3 bytes may be cut off) and some
    character has three bytes; else GB 18030, which holds GBK and GB 2312 (a cut character,
    of at most three bytes there, may be left at the end); else unknown, which is an error.
    """
    foreign = [w for w in words if not w.isascii()]
    if option is not None:
        return _as_ordered(foreign, layer, option)
    told, source = says
    if not foreign:
        return Decision(told if told in (UTF8, GB) else UTF8)
    found = _found(foreign)
    if found is None:
        return Decision(GB, (_unknown(layer, source),))
    if told is None:
        return Decision(found, (_guessed(layer, found, source),))
    return Decision(found, () if told == found else (_conflict(layer, found, source),))


def decode(word: bytes, encoding: str) -> tuple[str, bool]:
    """Decode one word; say whether bytes were lost, as where a width cut a character.

    Examples
    --------
    >>> decode("网格名称".encode()[:10], "utf-8")
    ('网格名', True)
    """
    try:
        return word.decode(encoding), False
    except UnicodeDecodeError:
        return word.decode(encoding, errors="ignore"), True


def _found(foreign: list[bytes]) -> str | None:
    plain = [_NUMBERED.sub(b"", w) for w in foreign]
    if all(_fits(w, UTF8, 3) for w in plain) and any(_has_wide(w) for w in plain):
        return UTF8
    return GB if all(_fits(w, GB, 3) for w in plain) else None


def _fits(word: bytes, encoding: str, tail: int) -> bool:
    """Say whether a word decodes, but for a cut character of at most `tail` bytes at its end."""
    try:
        word.decode(encoding)
    except UnicodeDecodeError as fault:
        at_end = fault.end == len(word) and len(word) - fault.start <= tail
        return at_end and ("unexpected end" in fault.reason or "incomplete" in fault.reason)
    return True


def _has_wide(word: bytes) -> bool:
    return any(len(character.encode()) >= 3 for character in decode(word, UTF8)[0])


def _as_ordered(foreign: list[bytes], layer: str, option: str) -> Decision:
    encoding = _DECLARED.get(option.upper(), option)
    try:
        lost = sum(not _fits(_NUMBERED.sub(b"", w), encoding, 3) for w in foreign)
        "".encode(encoding)
    except LookupError:
        raise BadInput(
            f"no encoding {option!r}",
            zh=f"没有“{option}”这种编码",
            hint="UTF-8 or GBK",
            hint_zh="常用：UTF-8 或 GBK",
        ) from None
    if not lost:
        return Decision(encoding)
    return Decision(
        encoding,
        (
            finding(
                "ENC_CONFLICT",
                layer,
                f"按指定编码 {option} 有 {lost} 处文字无法解读，已略去无法解读的字节",
                f"{lost} words cannot be read as {option}; their unreadable bytes were left out",
                hint_zh="请不指定编码再试一次，程序会自行判断",
                hint_en="try without an encoding, so that it is found from the bytes",
            ),
        ),
    )


def _guessed(layer: str, found: str, source: str) -> Finding:
    name = known_as(found)
    return finding(
        "ENC_GUESSED",
        layer,
        f"文件没有可靠的编码说明（{source}），根据全部字节判断为 {name}",
        f"the file does not say its encoding ({source}); all its bytes read as {name}",
        hint_zh=f"如文字有误，请用 --encoding 指定；也可补一个内容为 {name} 的 .cpg 文件",
        hint_en=f"give --encoding if words look wrong, or add a .cpg file that says {name}",
    )


def _conflict(layer: str, found: str, source: str) -> Finding:
    name = known_as(found)
    return finding(
        "ENC_CONFLICT",
        layer,
        f"文件自称编码为 {source}，实际字节是 {name}，已按 {name} 读取",
        f"the file says {source}, but its bytes are {name} and were read so",
        hint_zh=f"请把 .cpg 改为 {name}；如判断有误，请用 --encoding 指定",
        hint_en=f"change the .cpg to {name}; give --encoding if this is wrong",
    )


def _unknown(layer: str, source: str) -> Finding:
    return finding(
        "ENC_UNKNOWN",
        layer,
        f"文字既不是 UTF-8 也不是 GBK（{source}），无法可靠解读",
        f"the words are neither UTF-8 nor GBK ({source}) and cannot be read for certain",
        hint_zh="请用 --encoding 指定正确编码",
        hint_en="give the true encoding with --encoding",
    )


def known_as(encoding: str) -> str:
    """Call an encoding by the name people use."""
    return {UTF8: "UTF-8", GB: "GBK"}.get(encoding, encoding)
