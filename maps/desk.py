"""Pages on which one works: a map with a panel of tools beside it."""

from collections import Counter
from dataclasses import replace

from geo.layers import WALKERS
from maps.page import Desk, Page
from maps.scene import Words
from maps.themes import Grids, PlanSites
from maps.themes.areas import NORM_STYLES
from maps.themes.terms import SERVICES, hours

MINUTES = (5, 10, 15)
ALWAYS_OPEN = "24/7"
MOST_HOURS = 5
TOOLS = (
    ("look", "V", "选择", "Select"),
    ("split", "S", "分割", "Split"),
    ("even", "X", "均分", "In halves"),
    ("merge", "M", "合并", "Merge"),
    ("border", "E", "移界", "Border"),
    ("assign", "A", "划转", "Assign"),
    ("lock", "L", "锁定", "Lock"),
    ("compare", "C", "比较", "Compare"),
    ("publish", "P", "发布", "Publish"),
)
"""Tools of the planner's desk: name, key, what they are called."""
SCRIPTS = (
    "redrawn", "planborders", "planhomes", "planwire", "planink", "planforms", "planpanel",
    "plancompany", "planhand", "plantools", "planstrokes", "plancompare", "planpublish",
)  # fmt: skip


def desk_of_sites(theme: PlanSites, *, chosen_minutes: int = 15) -> Page:
    """Make the page on which stations are added, moved and closed to see who gains and loses."""
    ordinary = dict(zip(theme.stations["id"], theme.stations["hours"], strict=True))
    common = Counter(text for text in ordinary.values() if text and text != ALWAYS_OPEN)
    choices = [*(text for text, _ in common.most_common(MOST_HOURS)), ALWAYS_OPEN]
    values = {
        "minutes": MINUTES,
        "chosen_minutes": chosen_minutes,
        "walkers": [{"name": w.name, "zh": w.zh} for w in WALKERS.values()],
        "services": [{"name": name, "zh": zh} for name, zh in SERVICES.items()],
        "choices": [{"text": text, "zh": hours(text)} for text in choices],
        "hours": ordinary,
    }
    desk = Desk("plan_sites.html", "js/plansites.js", "css/desk.css", values)
    return Page(theme.scene(), desk)


def desk_of_plan(theme: Grids, *, revision: int) -> Page:
    """Make the page on which boundaries are redrawn, over the areas of a revision."""
    words = Words("划界工作台", "Planner's desk")
    scene = replace(theme.scene(), kind="plan", words=words, facts=())
    levels = [sheet.key for sheet in scene.sheets]
    values = {
        "revision": revision,
        "latest": revision,
        "tools": TOOLS,
        "levels": levels,
        "norms": {name: list(norm) for name, norm in theme.norms.items() if name in levels},
        "styles": list(NORM_STYLES),
        "dedicated": "dedicated",
    }
    desk = Desk(
        "plan_desk.html",
        "js/plandesk.js",
        "css/plan.css",
        values,
        sheets=("css/desk.css",),
        before=tuple(f"js/{name}.js" for name in SCRIPTS),
        styles=(*NORM_STYLES, "dedicated"),
    )
    return Page(scene, desk)
