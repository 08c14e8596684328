"""The head of a DBF file: what no library hands over unchanged (dBASE III, 32-byte descriptors)."""

import struct
from dataclasses import dataclass
from pathlib import Path

from geo.errors import FileRefused

NAME_BYTES = 10
_HEAD, _DESCRIPTOR, _END = 32, 32, 0x0D


@dataclass(frozen=True, slots=True)
class Field:
    """One field: the bytes of its name, its type letter, its width in bytes."""

    name: bytes
    kind: str
    width: int


@dataclass(frozen=True, slots=True)
class Head:
    """Language byte, number of records, and fields in order."""

    language: int
    records: int
    fields: tuple[Field, ...]


def head(path: Path) -> Head:
    """Read the head of a DBF, or raise `FileRefused` when there is none.

    Raises
    ------
    FileRefused
        When the file is no DBF, or ends before its records do.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(_HEAD)
        if len(start) < _HEAD:
            raise _refused(path)
        records, head_size, record_size = struct.unpack_from("<IHH", start, 4)
        body = file.read(max(head_size - _HEAD, 0))
    count = body[::_DESCRIPTOR].find(_END)
    if count < 0 or record_size < 1:
        raise _refused(path)
    fields = tuple(_field(body[i * _DESCRIPTOR :]) for i in range(count))
    if size < head_size + records * record_size:
        raise FileRefused(
            f"{path.name} is cut short: it promises {records} records and ends before the last",
            zh=f"{path.name} 不完整：应有 {records} 条记录，文件提前结束",
            hint="copy the file again from its source",
            hint_zh="请从来源处重新复制该文件",
        )
    return Head(start[29], records, fields)


def _field(descriptor: bytes) -> Field:
    name = descriptor[:11].split(b"\0", 1)[0]
    return Field(name.strip(), chr(descriptor[11]), descriptor[16])


def _refused(path: Path) -> FileRefused:
    return FileRefused(
        f"{path.name} is no DBF table",
        zh=f"{path.name} 不是有效的 DBF 属性表",
        hint="export the layer again with all its parts (.shp .shx .dbf .prj)",
        hint_zh="请重新导出图层，并带上全部文件（.shp .shx .dbf .prj）",
    )
