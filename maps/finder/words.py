"""The words of the finder, in Chinese and in English."""

from datetime import datetime
from typing import Literal

from maps.themes import terms

Language = Literal["zh", "en"]

ZH = {
    "title": "最近的服务站",
    "lead": "歇脚、喝水、如厕、办事，走路就到",
    "elder_on": "长辈版",
    "elder_off": "标准版",
    "other": "English",
    "skip": "跳到站点列表",
    "where": "您在哪里？",
    "you": "您在",
    "near": "附近",
    "change": "更改",
    "locate": "用我的位置",
    "locating": "正在定位……",
    "typed": "输入小区、道路或站点",
    "example": "例如：{}，也可用拼音或首字母",
    "search": "查找",
    "on_map": "在地图上点选",
    "candidates": "您是在这里吗？",
    "others": "不是这里？",
    "none_named": "没有找到“{}”。",
    "none_hint": "请这样试试：|只输入小区、道路或站点的名称，如“{}”|用拼音或首字母，如“{}”|用上面的“用我的位置”，或“在地图上点选”",
    "whose_house": "“{}”是哪个小区的？请在前面加上小区名称，如“{}3号楼”。",
    "dial": "都不行？请人帮忙：",
    "no_such": "没有找到“{}”这个地点，请输入小区、道路的名称。",
    "last": "上次的位置：",
    "filters": "筛选",
    "service": "服务",
    "any": "不限",
    "open_now": "开放中",
    "step_free": "无台阶",
    "list": "走路最近的站点",
    "list_open": "走路最近、正在开放的站点",
    "at": "按 {} 的开放时间",
    "later": "更近，稍后开放",
    "far": "{} 分钟内没有开放的站点",
    "far_open": "较远、正在开放的站点",
    "opens_next": "现在都没有开放，最早能去的是",
    "empty": "附近没有符合条件的站点",
    "empty_hint": "可以放宽条件，或拨打值班电话。",
    "outside": "这里似乎不在本区范围内",
    "outside_hint": "最近的站点约 {} 公里。请更改位置，或拨打值班电话。",
    "duty": "值班电话",
    "walk": "步行约 {} 分钟",
    "metres": "{} 米",
    "estimated": "按直线距离估算",
    "is_open": "开放中",
    "is_shut": "未开放",
    "unknown": "开放时间请电话询问",
    "until": "到\u00a0{}",
    "always": "全天开放",
    "soon": "到达时可能已关门",
    "from": "{}\u00a0开门",
    "today": "今天",
    "tomorrow": "明天",
    "days": "周一 周二 周三 周四 周五 周六 周日",
    "hours": "开放时间",
    "address": "地址",
    "phone": "电话",
    "go": "导航",
    "go_label": "导航到{}",
    "call": "打电话",
    "call_label": "打电话给{}",
    "show": "看路线",
    "way_of": "到{}的步行路线",
    "paper": "打印这里的指路卡（PDF）",
    "narrow": "想找别的站点？",
    "read": "朗读",
    "more_maps": "其他地图",
    "amap": "高德地图",
    "baidu": "百度地图",
    "tencent": "腾讯地图",
    "apple": "苹果地图",
    "geo": "手机自带地图",
    "qr": "用手机扫码导航",
    "map": "地图",
    "map_label": "步行路线地图",
    "map_wait": "地图正在打开……",
    "map_fail": "地图没有打开，站点列表不受影响。",
    "pick": "点一下地图，或移动地图让十字对准您的位置",
    "pick_here": "我在十字这里",
    "pick_stop": "不选了",
    "whole": "全程",
    "chat": "要用导航：",
    "chat_hint": "请点右上角“···”，选“在浏览器打开”。",
    "chat_copy": "或者复制本页网址，到浏览器里打开",
    "copy_it": "复制网址",
    "copied": "已复制",
    "refused": "没有得到定位许可。请在浏览器设置中允许定位，或在下面输入小区名称。",
    "unsure": "暂时无法定位。请到窗边再试，或在下面输入小区名称。",
    "late": "定位用时太长。请再试一次，或在下面输入小区名称。",
    "insecure": "此网址不是加密连接（https），浏览器不允许定位。请在下面输入小区名称，或扫门口的二维码。",
    "found_n": "{} 个地点，用上下键选择",
    "approval": "审图号",
    "own_data": "本地数据",
    "all_maps": "全部地图",
    "help": "找不到？打",
    "need": "您需要什么？（可不选）",
    "list_first": "先说说您在哪里，马上告诉您最近的站点。",
    "no_data": "还没有站点数据",
    "no_data_hint": "管理员导入数据后即可使用。",
}
EN = {
    "title": "Nearest station",
    "lead": "A seat, water, a toilet, a helping hand: within a walk",
    "elder_on": "Large type",
    "elder_off": "Standard",
    "other": "中文",
    "skip": "Skip to the stations",
    "where": "Where are you?",
    "you": "You are near",
    "near": "",
    "change": "Change",
    "locate": "Use my location",
    "locating": "Finding you…",
    "typed": "Compound, street or station",
    "example": "For example {}; Chinese, pinyin or initials",
    "search": "Find",
    "on_map": "Choose on the map",
    "candidates": "Are you here?",
    "others": "Not here?",
    "none_named": "Nothing found for “{}”.",
    "none_hint": "Try this:|only the name of a compound, street or station, for example “{}”|pinyin or its initials, for example “{}”|“Use my location” above, or “Choose on the map”",
    "whose_house": "“{}” of which compound? Put its name in front, for example “{} 3”.",
    "dial": "Still nothing? Ask for help:",
    "no_such": "There is no place “{}”. Type the name of a compound or street.",
    "last": "Last place: ",
    "filters": "Filters",
    "service": "Service",
    "any": "Anything",
    "open_now": "Open now",
    "step_free": "Step-free",
    "list": "Nearest stations on foot",
    "list_open": "Nearest open stations on foot",
    "at": "Hours as of {}",
    "later": "Nearer, opens later",
    "far": "No open station within {} minutes",
    "far_open": "Farther, open now",
    "opens_next": "Nothing is open now. The soonest:",
    "empty": "No station fits",
    "empty_hint": "Try fewer filters, or call the duty phone.",
    "outside": "This seems to be outside the district",
    "outside_hint": "The nearest station is about {} km away. Change the place, or call the duty phone.",
    "duty": "Duty phone",
    "walk": "{} min walk",
    "metres": "{} m",
    "estimated": "estimated, straight line",
    "is_open": "Open",
    "is_shut": "Closed",
    "unknown": "Call to ask for hours",
    "until": "until\u00a0{}",
    "always": "day and night",
    "soon": "may be closed when you arrive",
    "from": "opens {}",
    "today": "today",
    "tomorrow": "tomorrow",
    "days": "Mon Tue Wed Thu Fri Sat Sun",
    "hours": "Hours",
    "address": "Address",
    "phone": "Phone",
    "go": "Navigate",
    "go_label": "Navigate to {}",
    "call": "Call",
    "call_label": "Call {}",
    "show": "Route",
    "way_of": "The way to {} on foot",
    "paper": "Print the card of this place (PDF)",
    "narrow": "Looking for another station?",
    "read": "Read aloud",
    "more_maps": "Other maps",
    "amap": "Amap",
    "baidu": "Baidu Maps",
    "tencent": "Tencent Maps",
    "apple": "Apple Maps",
    "geo": "Map app of this phone",
    "qr": "Scan with a phone to navigate",
    "map": "Map",
    "map_label": "Map of the walk",
    "map_wait": "The map is opening…",
    "map_fail": "The map did not open; the list works without it.",
    "pick": "Tap the map, or move it until the cross marks where you are",
    "pick_here": "I am at the cross",
    "pick_stop": "Cancel",
    "whole": "All",
    "chat": "To navigate:",
    "chat_hint": "tap “···” at the top right and choose “Open in browser”.",
    "chat_copy": "Or copy this address and open it in a browser",
    "copy_it": "Copy address",
    "copied": "Copied",
    "refused": "Location was not allowed. Allow it in the browser's settings, or type a place below.",
    "unsure": "You could not be located. Try near a window, or type a place below.",
    "late": "Locating took too long. Try again, or type a place below.",
    "insecure": "This address is not encrypted (https), so the browser gives no location. Type a place below, or scan the code at the door.",
    "found_n": "{} places, choose with the arrow keys",
    "approval": "Map approval no.",
    "own_data": "Local data",
    "all_maps": "All maps",
    "help": "Cannot find it? Call",
    "need": "What do you need? (optional)",
    "list_first": "Tell where you are, and the nearest station is shown.",
    "no_data": "There are no stations yet",
    "no_data_hint": "They appear when the administrator has imported them.",
}
SERVICES_EN = {
    "rest": "Seats",
    "water": "Water",
    "heating": "Warm / cool room",
    "charging": "Charging",
    "microwave": "Microwave",
    "toilet": "Toilet",
    "first_aid": "First aid",
    "reading": "Reading",
    "consultation": "Consultation",
    "elder_care": "Elder care",
    "child_care": "Child care",
    "legal_aid": "Legal aid",
    "parcel": "Parcels",
    "meal": "Meals",
    "activity": "Activities",
}
KINDS_EN = {
    "service_center": "Service centre",
    "warm_station": "Warm-hearted station",
    "grid_station": "Grid service station",
    "neighborhood_station": "Neighbourhood station",
    "grid_home": "Grid micro-home",
    "micro_venue": "Micro-venue",
    "activity_room": "Activity room",
    "convenience_center": "Public convenience centre",
    "governance_center": "Governance and safety centre",
}
IN_SCRIPT = (
    "locating", "refused", "unsure", "late", "insecure", "found_n", "copied", "last",
    "map_fail", "pick_here", "whole",
)  # fmt: skip
"""The words that the script of the page says."""


def words(language: Language) -> dict[str, str]:
    """Give the words of a language."""
    return EN if language == "en" else ZH


def services(language: Language) -> dict[str, str]:
    """Give the services and what they are called."""
    return SERVICES_EN if language == "en" else terms.SERVICES


def hours(cell: str, language: Language) -> list[str]:
    """Give opening hours as a door sign says them, a line a rule.

    Examples
    --------
    >>> hours("Mo-Fr 08:30-17:30; PH off", "zh")
    ['周一至周五 08:30–17:30', '节假日 休息']
    """
    if language == "zh":
        return [line for line in terms.hours(cell).split("；") if line]
    told = cell.replace("PH off", "closed on holidays").replace("PH", "holidays")
    return [line for line in told.replace("-", "–").split("; ") if line]


def moment(iso: str, now: datetime, language: Language) -> str:
    r"""Give a moment as it is said: 20:00, today or tomorrow, else its weekday.

    Examples
    --------
    >>> moment("2026-11-24T08:00", datetime(2026, 11, 23, 22), "zh")
    '明天\xa008:00'
    """
    told, say = datetime.fromisoformat(iso), words(language)
    ahead = (told.date() - now.date()).days
    clock = f"{told:%H:%M}"
    if ahead == 0:
        return clock
    day = say["tomorrow"] if ahead == 1 else say["days"].split()[told.weekday()]
    if ahead > 6:
        day = f"{told.month}月{told.day}日" if language == "zh" else f"{told:%d %b}"
    return f"{day}\u00a0{clock}"
