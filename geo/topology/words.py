"""The words of the findings: what is wrong and what to do, for a committee member to read."""

from collections.abc import Callable

import shapely

from geo.topology.telling import Told, Words


def _gap(t: Told) -> Words:
    return Words(
        f"{t.zh()}之间（或与上级边界之间）有一块空白地，约 {t.area} 平方米，不属于任何{t.level_zh}{t.homes_zh}",
        f"a gap of {t.area} m² beside {t.en()} belongs to no {t.level_en}{t.homes_en}",
        f"把空白地并入公共边最长的相邻{t.level_zh} {t.main_zh}，或新划一个{t.level_zh}",
        f"merge it into {t.main_en}, the neighbour with the longest common border, or draw a new {t.level_en}",
    )


def _sliver(t: Told) -> Words:
    if t.fault.field == "overlap":
        return Words(
            f"{t.zh()}的边界互相压占一条细缝，约 {t.area} 平方米{t.homes_zh}",
            f"{t.en()} overlap in a thin sliver of {t.area} m²{t.homes_en}",
            f"两边改用同一条边界线，细缝留给 {t.main_zh}",
            f"give both sides one common border line; leave the sliver to {t.main_en}",
        )
    return Words(
        f"{t.zh()}的边界没有贴合，留下一条细缝，约 {t.area} 平方米{t.homes_zh}",
        f"a thin sliver of {t.area} m² is left open beside {t.en()}{t.homes_en}",
        f"把缝隙并入公共边最长的相邻{t.level_zh} {t.main_zh}",
        f"merge it into {t.main_en}, the neighbour with the longest common border",
    )


def _overlap(t: Told) -> Words:
    return Words(
        f"{t.zh()}互相重叠，约 {t.area} 平方米由多个{t.level_zh}同时管{t.homes_zh}",
        f"{t.en()} overlap: {t.area} m² belong to several areas at once{t.homes_en}",
        "实地核对归属，把重叠部分只留给其中一个，其余按新边界裁去",
        "decide on the ground whose it is, leave it to one and cut it from the others",
    )


def _hole(t: Told) -> Words:
    return Words(
        f"{t.main_zh}内部有一个空洞，约 {t.area} 平方米，不属于任何{t.level_zh}{t.homes_zh}",
        f"{t.main_en} has a hole of {t.area} m² that belongs to no {t.level_en}{t.homes_en}",
        f"把空洞填入 {t.main_zh}；若确有单独区域，请补画",
        f"fill it into {t.main_en}, or draw the area that is missing there",
    )


def _multipart(t: Told) -> Words:
    return Words(
        f"{t.main_zh}由 {t.fact('pieces')} 块互不相连的地组成，主体之外约 {t.area} 平方米{t.homes_zh}",
        f"{t.main_en} consists of {t.fact('pieces')} separate pieces; {t.area} m² lie apart{t.homes_en}",
        "把飞地划给相邻的区域，或确认是有意保留的飞地",
        "give the piece apart to its neighbour, or confirm that it is meant",
    )


def _orphan(t: Told) -> Words:
    home = t.fact("home")
    return Words(
        f"{t.zh()}登记的上级编码“{t.fact('parent')}”不存在",
        f"the parent {t.fact('parent')!r} of {t.en()} does not exist",
        f"把上级编码改为所在的 {home}" if home else "补上缺少的上级区域，或改正上级编码",
        f"set the parent to {home}, where it lies"
        if home
        else "add the parent, or correct its code",
    )


def _doubly(t: Told) -> Words:
    parents = t.fact("parents")
    both = f"，上级分别为 {parents}" if "、" in parents else ""
    under = f" under {parents.replace('、', ' and ')}" if "、" in parents else ""
    return Words(
        f"同一块地登记了 {len(t.fault.areas)} 次：{t.zh()}{both}（约 {t.area} 平方米{t.homes_zh}）",
        f"the same ground is recorded {len(t.fault.areas)} times: {t.en()}{under} ({t.area} m²{t.homes_en})",
        f"保留位置与上级相符的 {t.main_zh}，删去 {t.zh(first=1)}",
        f"keep {t.main_en}, which lies in its parent, and delete {t.en(first=1)}",
    )


def _mismatch(t: Told) -> Words:
    parent, home = t.fact("parent"), t.fact("home")
    if t.fault.field == "code":
        return Words(
            f"{t.main_zh}的编码以“{t.fact('begins')}”开头，但它登记的上级是 {parent}",
            f"the code of {t.main_en} begins with {t.fact('begins')}, but its parent is {parent}",
            f"在 {parent} 下重新编码，旧编码停用",
            f"give it a new code under {parent}; the old one is closed",
        )
    return Words(
        f"{t.main_zh}登记的上级是 {parent}，实际位于 {home} 之内",
        f"{t.main_en} is recorded under {parent} but lies in {home}",
        f"把上级编码改为 {home}；若边界画错，请改边界",
        f"set its parent to {home}, or correct the border if that is wrong",
    )


def _outside(t: Told) -> Words:
    parent = t.fact("parent")
    return Words(
        f"{t.zh()}有约 {t.area} 平方米超出上级 {parent} 的范围{t.homes_zh}",
        f"{t.area} m² of {t.en()} lie outside the parent {parent}{t.homes_en}",
        f"让边界与上级 {parent} 的边界重合：裁去超出部分，或调整上级边界",
        f"let the border follow that of {parent}: cut what sticks out, or move the parent's border",
    )


def _duplicate(t: Told) -> Words:
    code = str(t.sheet.codes[t.fault.areas[0]])
    return Words(
        f"编码 {code} 被 {len(t.fault.areas)} 个{t.level_zh}同时使用：{t.zh()}",
        f"the code {code} is used by {len(t.fault.areas)} areas: {t.en()}",
        "保留最早启用的一个，其余在所属上级下另编新码",
        "let the first keep it and give the others the next free codes under their parents",
    )


def _invalid_code(t: Told) -> Words:
    length = t.fact("length")
    if t.fault.field == "parent":
        home = t.fact("home")
        return Words(
            f"{t.zh()}的上级编码“{t.fact('parent')}”格式不对，应为 {length} 位数字",
            f"the parent code {t.fact('parent')!r} of {t.en()} is malformed: {length} digits are needed",
            f"改为所在的 {home}" if home else "改正上级编码",
            f"set it to {home}, where it lies" if home else "correct the parent code",
        )
    form = f"应为 {length} 位数字" if length != "0" else "不能为空"
    need = f"{length} digits are needed" if length != "0" else "it must not be empty"
    return Words(
        f"{t.main_zh}的编码格式不对，{form}",
        f"the code of {t.main_en} is malformed: {need}",
        "按编码规则改正；不要重复使用旧编码",
        "correct it by the code rules; never reuse an old code",
    )


def _cut(t: Told) -> Words:
    name = _building(t)
    return Words(
        f"楼栋 {name} 被{t.level_zh}边界切开，分属 {t.zh() if len(t.fault.areas) > 1 else t.zh() + '和界外'}",
        f"building {name} is cut by a border of {t.en() if len(t.fault.areas) > 1 else t.en() + ' and lies partly outside'}",
        f"边界绕开楼栋，整栋划入 {t.main_zh}",
        f"lead the border around the building and leave all of it in {t.main_en}",
    )


def _stray(t: Told) -> Words:
    name = _building(t)
    return Words(
        f"楼栋 {name} 不在任何{t.level_zh}之内",
        f"building {name} lies in no {t.level_en}",
        f"把它划入最近的{t.level_zh}，或核对楼栋位置",
        f"draw the nearest {t.level_en} around it, or correct its position",
    )


def _near(t: Told) -> Words:
    count, away = t.fact("vertices"), t.fact("away_m")
    return Words(
        f"{t.zh()}的公共边界有 {count} 处顶点没有精确重合（最多相差 {away} 米），面积无影响",
        f"{count} vertices on the border of {t.en()} do not meet exactly (up to {away} m); no ground is affected",
        "把两边的顶点捕捉到同一位置，防止以后编辑时裂开",
        "snap the vertices of both sides together, so that later edits do not open the border",
    )


def _geometry(t: Told) -> Words:
    given = t.sheet.frame.geometry.iloc[t.fault.areas[0]]
    reason = shapely.is_valid_reason(given) if given is not None else "no geometry"
    kind = next((zh for en, zh in _REASONS.items() if en in str(reason)), "图形无效")
    return Words(
        f"{t.main_zh}的图形有错：{kind}",
        f"the outline of {t.main_en} is broken: {str(reason).split('[')[0].lower()}",
        "先修正图形再复查；与它相邻的缝隙和重叠要等修正后才能判断",
        "repair it and check again; gaps and overlaps beside it can only be judged then",
    )


def _size(t: Told) -> Words:
    count, least, most = (t.fact(name) for name in ("count", "least", "most"))
    few = int(count) < int(least)
    return Words(
        f"{t.main_zh}有 {count} 户，{'少于' if few else '多于'}标准（{least}–{most} 户）",
        f"{t.main_en} has {count} households, {'below' if few else 'above'} the norm of {least}–{most}",
        "与相邻的小区域合并" if few else "沿道路或小区边界拆分",
        "merge it with a small neighbour" if few else "split it along a street or compound edge",
    )


def _building(t: Told) -> str:
    return str(t.houses.ids[int(t.fact("building"))]) if t.houses else ""


_REASONS = {
    "Self-intersection": "边界自相交",
    "Ring Self-intersection": "边界自相交",
    "Hole lies outside": "内洞在外壳之外",
    "Nested": "内洞互相嵌套",
    "Too few points": "顶点太少",
    "Interior is disconnected": "内部不连通",
    "Duplicate Rings": "环重复",
    "no geometry": "没有图形",
}
WORDS: dict[str, Callable[[Told], Words]] = {
    "GAP": _gap,
    "SLIVER": _sliver,
    "OVERLAP": _overlap,
    "HOLE": _hole,
    "MULTIPART": _multipart,
    "ORPHAN": _orphan,
    "DOUBLY_OWNED": _doubly,
    "PARENT_MISMATCH": _mismatch,
    "OUTSIDE_PARENT": _outside,
    "CODE_DUPLICATE": _duplicate,
    "CODE_INVALID": _invalid_code,
    "BUILDING_CUT": _cut,
    "BUILDING_OUTSIDE": _stray,
    "NEAR_MISS": _near,
    "GEOM_INVALID": _geometry,
    "SIZE_OUT_OF_NORM": _size,
}
"""How to speak of each code."""
