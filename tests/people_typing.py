"""Names of a large city, and what people type for them: whole, in part, by ear, with a slip."""

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from geo.finding import readings
from geo.finding.spelling import folded, plain

STEMS = (
    "世纪朝阳长乐重庆曾单仇解石厦大六合乐清台州柏林荣华富贵安康福禄祥瑞锦绣江南岭北湖滨海东山西园泉清河水云龙凤金银"
    "玉珠明月星辰光辉和平建设胜利民主团结友谊幸福美丽春夏秋冬梅兰竹菊松桃李杏桂花香草绿青蓝紫红白黄黑天地人文武德仁义"
    "礼智信孝忠诚志远高飞鸿雁鹤鹿鱼马牛羊虎狮虹桥塔楼阁亭榭苑馆堂庙寺宫城关门津渡港湾洲岛屿峰岭坡谷溪涧潭池塘井泽"
    "新旧老前后左右中上下内外正丰盛茂隆昌兴旺发达通泰顺利吉庆嘉宁静雅致怡景丽都御府公馆名门豪庭尚品悦澜溢融创万科保利"
)
SUFFIXES = (
    "小区", "花园", "路", "街", "社区", "村", "新村", "大厦", "苑", "广场", "公寓", "里", "巷", "大道",
    "家园", "新城", "幼儿园", "小学", "便民服务中心", "驿站", "第一网格", "第二网格", "第三网格", "菜场",
    "卫生站", "雅苑", "公馆", "东路", "西路", "南路", "北路", "中路",
)  # fmt: skip
EARS = (
    ("zh", "z"), ("z", "zh"), ("ch", "c"), ("c", "ch"), ("sh", "s"), ("s", "sh"), ("l", "n"),
    ("n", "l"), ("ing", "in"), ("in", "ing"), ("eng", "en"), ("en", "eng"), ("ang", "an"),
    ("an", "ang"), ("r", "l"), ("hu", "fu"), ("fu", "hu"),
)  # fmt: skip
ENDS = ("ing", "in", "eng", "en", "ang", "an")


class Typed(NamedTuple):
    """What somebody typed, how, and the number of the name they meant."""

    text: str
    how: str
    meant: int


def names(count: int, rng: np.random.Generator) -> list[str]:
    """Make up different names."""
    letters, found = sorted(set(STEMS)), dict[str, None]()
    while len(found) < count:
        stem = "".join(rng.choice(letters, int(rng.choice([2, 2, 2, 3]))))
        found[stem + str(rng.choice(SUFFIXES))] = None
    return list(found)


def _ear(syllables: tuple[str, ...], rng: np.random.Generator) -> str:
    """Say one or two syllables as a southern ear has them."""
    told = list(syllables)
    for at in rng.permutation(len(told))[:2].tolist():
        fitting = [
            (sound, alike) for sound, alike in EARS
            if (told[at].endswith(sound) if sound in ENDS else told[at].startswith(sound))
        ]  # fmt: skip
        if fitting:
            sound, alike = fitting[int(rng.integers(len(fitting)))]
            told[at] = (
                told[at].removesuffix(sound) + alike if sound in ENDS
                else alike + told[at].removeprefix(sound)
            )  # fmt: skip
    return "".join(told)


def _slip(text: str, letters: str, rng: np.random.Generator) -> str:
    """Leave out, double, change or swap one letter."""
    at, deed = int(rng.integers(1, len(text) - 1)), int(rng.integers(4))
    other = str(rng.choice(list(letters)))
    return {
        0: text[:at] + text[at + 1 :],
        1: text[:at] + other + text[at:],
        2: text[:at] + other + text[at + 1 :],
        3: text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :],
    }[deed]


def _heteronym(name: str, rng: np.random.Generator) -> str:
    read = readings(plain(name))
    return "".join(read[int(rng.integers(len(read)))])


WAYS: dict[str, Callable[[str, np.random.Generator], str]] = {
    "whole": lambda name, rng: name,
    "beginning": lambda name, rng: name[: max(2, len(name) - 1)],
    "part": lambda name, rng: name[1:],
    "pinyin": lambda name, rng: "".join(readings(plain(name))[0]),
    "initials": lambda name, rng: "".join(s[0] for s in readings(plain(name))[0]),
    "any reading": _heteronym,
    "by ear": lambda name, rng: _ear(readings(plain(name))[0], rng),
    "slip in pinyin": lambda name, rng: _slip(
        "".join(readings(plain(name))[0]), "aeioughnszlx", rng
    ),
    "slip in characters": lambda name, rng: _slip(name, STEMS, rng) if len(name) > 3 else name,
}


def typed(every: list[str], count: int, rng: np.random.Generator) -> list[Typed]:
    """Make up what people type; what fits more than five names alike is not asked.

    Nobody could tell which of those is meant. Alike are names with one beginning, end,
    sound (also to southern ears) or initials.
    """
    read = [readings(plain(name))[0] for name in every]
    forms: dict[str, list[str]] = {
        "whole": every,
        "beginning": [name[: max(2, len(name) - 1)] for name in every],
        "part": [name[1:] for name in every],
        "initials": ["".join(s[0] for s in r) for r in read],
    }
    sounds = [folded("".join(r)) for r in read]
    counts = {how: Counter(told) for how, told in forms.items()}
    alike = Counter(sounds)
    found: list[Typed] = []
    ways = list(WAYS)
    while len(found) < count:
        meant, how = int(rng.integers(len(every))), ways[len(found) % len(ways)]
        many = counts[how][forms[how][meant]] if how in forms else alike[sounds[meant]]
        if many > 5:
            ways = [*ways[1:], ways[0]] if how == "initials" and rng.random() < 0.02 else ways
            continue
        found.append(Typed(WAYS[how](every[meant], rng), how, meant))
    return found
