"""Files that are not read, and the way out for each: told by their ending or their first bytes."""

from pathlib import Path

from geo.errors import FileRefused

READABLE = (
    ".shp, .zip, .gpkg, .geojson, .fgb, .kml, .kmz, .dxf, .csv, .xlsx, .parquet, .osm.pbf, .dbf"
)
_BOOK = (
    "open it in a spreadsheet and save it as .xlsx, without a password",
    "请在表格软件中另存为 .xlsx（不加密码）",
)
_PACK = ("unpack it and pack it again as .zip", "请解压后重新打包为 .zip")
_DRAWING = (
    "save it in CAD as DXF (text, R2007 or later)",
    "请在 CAD 中另存为 DXF（文本格式，2007 或以上版本）",
)
_DESK = (
    "export the layer in QGIS or ArcGIS as GeoPackage or Shapefile",
    "请在 QGIS 或 ArcGIS 中把图层导出为 GeoPackage 或 Shapefile",
)
_OVITAL = (
    "export it as KML, with true (WGS 84) coordinates",
    "请在奥维地图中导出为 KML（选择 WGS84 坐标）",
)
_PART = (
    "bring the .shp too, with all its parts, best packed as .zip",
    "请连同 .shp 及其余文件一起提供，最好打包为 .zip",
)
_PICTURE = (
    "this is a picture or a text; bring the data it was made of",
    "这是图片或文档，请提供制作它所用的数据文件",
)
_TRACK = ("convert it to GeoJSON or KML", "请先转换为 GeoJSON 或 KML")
_WAYS: dict[str, tuple[str, str]] = {
    **dict.fromkeys((".xls", ".et", ".ods", ".numbers", ".xlsm", ".xlsb"), _BOOK),
    **dict.fromkeys((".rar", ".7z", ".gz", ".tar", ".tgz"), _PACK),
    ".zip": ("a zip in a zip is not opened: send the inner one", "不读取压缩包中的压缩包，请直接提供里面的那个"),
    **dict.fromkeys((".dwg", ".dgn", ".dwt"), _DRAWING),
    **dict.fromkeys(
        (".gdb", ".mdb", ".accdb", ".tab", ".mif", ".mid", ".gml", ".gdbtable", ".mxd", ".aprx", ".lyr",
         ".lyrx", ".mpk", ".wl", ".wp", ".wt", ".udb", ".udbx", ".qgz", ".qgs", ".sqlite"), _DESK,
    ),
    **dict.fromkeys((".ovkml", ".ovobj", ".ovjsn", ".ovkmz"), _OVITAL),
    **dict.fromkeys((".shx", ".prj", ".cpg", ".sbn", ".sbx"), _PART),
    **dict.fromkeys((".pdf", ".doc", ".docx", ".wps", ".png", ".jpg", ".jpeg", ".ppt", ".pptx"), _PICTURE),
    **dict.fromkeys((".gpx", ".topojson", ".geojsonl", ".geojsons", ".nmea"), _TRACK),
}  # fmt: skip
"""What offices send besides: what to do with it."""
_MAGIC: tuple[tuple[bytes, str, str, tuple[str, str]], ...] = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old or locked workbook (OLE)", "旧版或加密的 Office 文件", _BOOK),
    (b"Rar!\x1a\x07", "a RAR archive", "RAR 压缩包", _PACK),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "7z 压缩包", _PACK),
    (b"\x1f\x8b", "a gzip archive", "gzip 压缩包", _PACK),
    (b"AC10", "a DWG drawing", "DWG 图", _DRAWING),
    (b"AutoCAD Binary DXF", "a binary DXF", "二进制 DXF", _DRAWING),
    (b"%PDF", "a PDF", "PDF 文档", _PICTURE),
)  # fmt: skip
_ZIP = (b"PK\x03\x04", "a zip or a workbook", "压缩包或 .xlsx 工作簿", (
    "rename it to .xlsx or .zip, whichever it is", "请按实际格式把扩展名改为 .xlsx 或 .zip",
))  # fmt: skip
_ZIPPED = (".zip", ".kmz", ".xlsx")


def unread(ending: str, shown: str) -> FileRefused:
    """Make the refusal of a kind of file that is not read."""
    hint, hint_zh = _WAYS.get(ending.lower(), (f"bring one of {READABLE}", f"可读取：{READABLE}"))
    return FileRefused(
        f"{shown}: files of kind {ending or '(none)'} are not read",
        zh=f"{shown}：不支持 {ending or '无扩展名'} 文件",
        hint=hint,
        hint_zh=hint_zh,
    )


def is_stranger(ending: str) -> bool:
    """Say whether files of an ending are known, though not read, and hold layers of their own."""
    return _WAYS.get(ending.lower()) in (_DESK, _DRAWING, _BOOK, _PACK, _OVITAL)


def require_own_bytes(path: Path, ending: str, shown: str) -> None:
    """Refuse a file that is locked, or whose first bytes are those of another kind.

    Raises
    ------
    FileRefused
        With what it is, and the way out.
    """
    try:
        with path.open("rb") as file:
            start = file.read(32)
    except OSError as fault:
        raise FileRefused(
            f"{shown} cannot be opened: {fault.strerror or 'it is locked'}",
            zh=f"{shown} 无法打开：没有读取权限，或正被其他程序占用",
            hint="close the program that holds it, or copy it to another folder",
            hint_zh="请关闭占用它的程序，或复制到其他文件夹后再试",
        ) from None
    magic = _MAGIC if ending.lower() in _ZIPPED else (*_MAGIC, _ZIP)
    for first, what, what_zh, (hint, hint_zh) in magic:
        if start.startswith(first):
            raise FileRefused(
                f"{shown} is not what its ending says: it is {what}",
                zh=f"{shown} 的内容与扩展名不符：实际是{what_zh}",
                hint=hint,
                hint_zh=hint_zh,
            )
