"""What readers call the things that tables name in codes: Chinese words for choices."""

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
REASONS = {"cut_off": "无路可达", "detour": "绕行过远", "no_station": "附近无站点"}


def services(cell: str) -> str:
    """Give a cell of services as Chinese words; what has no word stays as it is.

    Examples
    --------
    >>> services("rest;water")
    '歇脚、饮水'
    """
    return "、".join(SERVICES.get(s, s) for s in items(cell))
