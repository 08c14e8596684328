"""What readers call the things that tables name in codes: Chinese words for choices."""

import re

from geo.layers import items

KINDS = {
    "service_center": "党群服务中心",
    "warm_station": "暖心驿站",
    "grid_station": "网格党群服务站",
    "neighborhood_station": "邻里驿站",
    "grid_home": "网格微家",
    "micro_venue": "微阵地",
    "activity_room": "活动室",
    "convenience_center": "便民服务中心",
    "governance_center": "综治中心",
}
SERVICES = {
    "rest": "歇脚",
    "water": "饮水",
    "heating": "取暖纳凉",
    "charging": "充电",
    "microwave": "热饭",
    "toilet": "如厕",
    "first_aid": "急救药箱",
    "reading": "阅读",
    "consultation": "议事咨询",
    "elder_care": "助老",
    "child_care": "托幼",
    "legal_aid": "法律援助",
    "parcel": "快递代收",
    "meal": "助餐",
    "activity": "文体活动",
}
HOSTS = {
    "gatehouse": "门房",
    "bike_shed": "车棚",
    "pavilion": "凉亭",
    "property_office": "物业用房",
    "shop": "商铺",
    "own_building": "独立用房",
}
REASONS = {
    "cut_off": "无路可达",
    "detour": "绕行过远",
    "no_station": "附近无站点",
    "hours": "此时不开放",
    "service": "附近缺这项服务",
    "capacity": "附近站点面积不足",
    "wall": "围墙无门",
    "river": "隔河无桥",
    "rail": "隔铁路无通道",
}


_DAYS = (
    ("Mo-Su", "每天"), ("Mo-Fr", "周一至周五"), ("Sa-Su", "周末"), ("Sa,Su", "周末"),
    ("Mo", "周一"), ("Tu", "周二"), ("We", "周三"), ("Th", "周四"), ("Fr", "周五"),
    ("Sa", "周六"), ("Su", "周日"), ("PH", "节假日"), ("off", "休息"), ("24/7", "全天"),
)  # fmt: skip


def hours(cell: str) -> str:
    """Give opening hours in the words of a door sign.

    Examples
    --------
    >>> hours("Mo-Fr 08:30-17:30; Sa 09:00-12:00; PH off")
    '周一至周五 08:30–17:30；周六 09:00–12:00；节假日 休息'
    """
    for short, words in _DAYS:
        cell = cell.replace(short, words)
    spans = re.sub(r"(\d\d:\d\d)-(\d\d:\d\d)", r"\1–\2", cell)
    return re.sub(r"周(.)-周(.)", r"周\1至周\2", spans).replace("; ", "；").replace(",", "、")


def services(cell: str) -> str:
    """Give a cell of services as Chinese words; what has no word stays as it is.

    Examples
    --------
    >>> services("rest;water")
    '歇脚、饮水'
    """
    return "、".join(SERVICES.get(s, s) for s in items(cell))
