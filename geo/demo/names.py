"""Chinese names for everything in a made-up town; none is the name of a person."""

import numpy as np

_NORTH_SOUTH = [
    "学府", "解放", "建设", "和平", "光明", "东风", "青年", "文昌", "朝阳", "振兴", "健康", "新华",
    "人民", "友谊", "梅园", "虎山", "凤凰", "丹枫", "紫金", "云台",
]  # fmt: skip
_EAST_WEST = [
    "长江", "黄河", "中华", "北京", "南京", "健民", "花山", "天桥", "正东", "大西", "清源", "运河",
    "金山", "北固", "焦山", "团山", "学苑", "谷阳", "凌波", "檀山",
]  # fmt: skip
_LOCAL = [
    "梧桐", "银杏", "香樟", "玉兰", "海棠", "石榴", "芙蓉", "丁香", "紫藤", "翠竹", "青松", "白杨",
    "绿柳", "荷塘", "菱塘", "桃坞", "杏林", "梨园", "桂苑", "兰亭", "书香", "翰林", "状元", "文曲",
    "鼓楼", "钟楼", "仓巷", "盐栈", "米市", "布市", "药王", "城隍", "观音", "水陆", "千秋", "万岁",
    "太平", "永安", "长乐", "安康", "福寿", "吉庆", "丰泽", "润泽", "清泉", "甘露", "明月", "望江",
    "听涛", "观澜", "临溪", "沿河", "东升", "西津", "南苑", "北苑", "双井", "四牌", "五条", "九里",
]  # fmt: skip
_COMPOUND = [
    "锦绣", "碧水", "阳光", "翠湖", "金色", "紫荆", "香榭", "江南", "盛世", "御景", "名都", "世纪",
    "龙湖", "凤鸣", "丽景", "天和", "瑞祥", "宏泰", "中南", "新城", "枫林", "桃源", "春江", "秋月",
    "云顶", "水岸", "半岛", "滨江", "学府", "书香", "万和", "嘉禾", "华庭", "金域", "银河", "星河",
    "东方", "西城", "南山", "北辰",
]  # fmt: skip
_COMPOUND_END = [
    "花园", "家园", "佳苑", "新村", "小区", "华府", "名苑", "雅居", "公馆", "丽都", "豪庭", "花苑",
    "锦城", "新苑", "里",
]  # fmt: skip
_PLACE = [
    "江滨", "桃园", "华山", "黎明", "永安", "三茅", "红旗", "前进", "新民", "正东", "健康", "花山",
    "大港", "丁卯", "桃花", "禾丰", "宝盖", "牌湾", "朱方", "斜桥", "金西", "中营", "四牌楼", "迎江",
    "大市口", "津口", "花山湾", "江科", "象山", "长山", "谏壁", "月湖", "雩山", "左湖", "粮山",
    "越河", "新河", "东岗", "西麓", "南徐", "北府", "润洲", "和平", "塔影", "石塔", "虹桥", "云鹤",
    "乔家", "韦岗", "官塘", "黄山", "檀园", "平顶", "戴家", "蒋乔", "龙门", "嶂山", "鲇鱼", "五凤",
    "三友",
]  # fmt: skip
_VILLAGE = [
    "张庄", "李庄", "王家", "陈家", "赵庄", "周巷", "吴家", "郑庄", "沈家", "韩村", "杨巷", "朱庄",
    "秦家", "许庄", "何巷", "吕家", "施村", "孔庄", "曹巷", "严家", "上会", "下会", "前巷", "后巷",
    "东湾", "西湾", "南圩", "北圩", "大圩", "小圩", "塘头", "桥头", "坝头", "渡口", "柳塘", "荷叶",
    "石桥", "木桥", "青龙", "白兔",
]  # fmt: skip


def _pick(rng: np.random.Generator, pool: list[str], count: int, ends: list[str]) -> list[str]:
    """Give `count` different names: the pool in random order with each end in turn."""
    order = [pool[i] for i in rng.permutation(len(pool))]
    names: list[str] = []
    for turn in range(count // len(pool) + 1):
        names += [
            f"{stem}{_numeral(turn // len(ends))}{ends[(turn + i) % len(ends)]}"
            for i, stem in enumerate(order)
        ]
    return names[:count]


def _numeral(turn: int) -> str:
    return "" if turn == 0 else f"{'二三四五六七八九'[(turn - 1) % 8]}"


def avenues(rng: np.random.Generator, count: int, *, north_south: bool) -> list[str]:
    """Name arterials, 路 or 大道."""
    return _pick(rng, _NORTH_SOUTH if north_south else _EAST_WEST, count, ["路", "大道", "大街"])


def locals_(rng: np.random.Generator, count: int) -> list[str]:
    """Name collectors and local streets, 路, 街 or 巷."""
    return _pick(rng, _LOCAL, count, ["路", "街", "巷", "弄", "东路", "西路", "南路", "北路"])


def compounds(rng: np.random.Generator, count: int) -> list[str]:
    """Name residential compounds."""
    return _pick(rng, _COMPOUND, count, [_COMPOUND_END[i] for i in rng.permutation(15)])


def communities(rng: np.random.Generator, count: int) -> list[str]:
    """Name communities without their ending (社区, 村)."""
    return _pick(rng, _PLACE, count, ["", "东", "西", "南", "北", "新"])


def villages(rng: np.random.Generator, count: int) -> list[str]:
    """Name natural villages."""
    return _pick(rng, _VILLAGE, count, ["", "东", "西", "新", "老"])


SUBDISTRICTS = [
    "江滨", "学府", "文昌", "古城", "虹桥", "金港", "云山", "东湖",
]  # fmt: skip
TOWNS = [
    "柳河", "青圩",
]  # fmt: skip
DISTRICTS = [
    "示例", "示东", "示西", "示南", "示北", "示江", "示湖", "示山", "示林", "示港",
]  # fmt: skip
