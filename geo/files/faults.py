"""What the importer can find, and how bad each is.

An error keeps the file out until the operator confirms (`--crs`, `--encoding`, `--map`) or
accepts it by its code; a warning is to be looked at; info is to be known.
"""

from collections.abc import Iterable

from shapely.geometry.base import BaseGeometry

from geo.layers import Finding, Severity

E, W, I = Severity.ERROR, Severity.WARN, Severity.INFO
SEVERITY: dict[str, Severity] = {
    # the file
    "SHX_RESTORED": W,
    "DBF_MISSING": W,
    "LAYER_GUESSED": I,
    "READ_WARNING": W,
    "FORMULA": W,
    "HEADING_FOUND": I,
    "ROWS_LEFT_OUT": W,
    "SHEET_CHOSEN": I,
    "SHEETS_LEFT": E,
    "ROWS_SHIFTED": E,
    "ROWS_SHORT": W,
    "CELLS_MERGED": W,
    "FILES_BESIDE": I,
    "LINES_CLOSED": I,
    "LINES_OPEN": W,
    "LAYERS_JOINED": I,
    # letters
    "ENC_GUESSED": I,
    "ENC_CONFLICT": W,
    "ENC_UNKNOWN": E,
    # columns
    "NAME_CUT": W,
    "NAME_COLLISION": E,
    "FIELD_MISSING": E,
    "FIELD_PROPOSED": I,
    "PARENT_INFERRED": I,
    "PARENT_BY_NAME": I,
    "CODE_GIVEN": I,
    # values
    "VALUE_CUT": W,
    "VALUE_INVALID": E,
    "VALUE_MISSING": E,
    "NUMBER_AS_TEXT": I,
    "HOURS_UNREAD": W,
    "DEGREES_READ": I,
    "CODE_AS_NUMBER": E,
    "CODE_CLEANED": I,
    "CODE_INVALID": E,
    "CODE_DUPLICATE": E,
    # place
    "PRJ_MISSING": E,
    "PRJ_CONTRADICTED": E,
    "CM_AMBIGUOUS": E,
    "DATUM_NAMED": W,
    "ZONE_PREFIX": I,
    "AXES_SWAPPED": E,
    "DATUM_UNSUPPORTED": E,
    "DATUM_SUSPECT_GCJ02": E,
    "DATUM_SUSPECT_BD09": E,
    "DATUM_SUSPECT_SHIFT": E,
    "DATUM_SUSPECT_ZONE": E,
    "OUTSIDE_DISTRICT": E,
    "STRAY": E,
    "CONTROL_FITTED": I,
    "CONTROL_POOR": E,
    # shape
    "GEOM_INVALID": W,
    "GEOM_EMPTY": E,
    "GEOM_TYPE": E,
    "GEOM_MIXED": I,
    "GEOM_COLLECTION": I,
    "GEOM_Z": I,
    "GEOM_NOT_FINITE": E,
    "SLIVER": W,
    "DUPLICATE": W,
    # writing
    "CANNOT_HOLD": I,
}


def finding(
    code: str,
    layer: str,
    zh: str,
    en: str,
    *,
    features: Iterable[str] = (),
    field: str = "",
    hint_zh: str = "",
    hint_en: str = "",
    area_m2: float | None = None,
    place: BaseGeometry | None = None,
) -> Finding:
    """Make a finding of a listed code with the severity of the list."""
    return Finding(
        code,
        SEVERITY[code],
        layer,
        zh,
        en,
        features=tuple(features),
        field=field,
        hint_zh=hint_zh,
        hint_en=hint_en,
        area_m2=area_m2,
        place=place,
    )
