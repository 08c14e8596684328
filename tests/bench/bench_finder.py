"""A first-time user at the finder: python tests/bench/bench_finder.py URL [--place NAME]

Opens a running service at phone size, as somebody who has never been there: by location, by a
typed name, by the code at a door; each as it is, and on a weak phone (processor four times as
slow) behind slow 4G. Prints taps, letters typed, seconds until the list can be used and
until the navigation link is tapped, the kilobytes that came with the last page, and what it
cost the phone's processor (which other work on this machine does not change). Nobody reads
in these seconds: they are the machine's share alone.
"""

import argparse
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from playwright.sync_api import Browser, Page, sync_playwright

PHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/120 Mobile Safari/537.36"
SLOW_4G = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8,
           "uploadThroughput": 750e3 / 8}  # fmt: skip
USABLE = "document.querySelector('.card a.main')?.getBoundingClientRect().height > 0"
WEIGHT = """[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
  .reduce((sum, e) => sum + e.transferSize, 0) / 1000"""


@dataclass
class Visitor:
    """A person at a phone: what they tapped, typed and waited for."""

    page: Page
    begun: float
    taps: int = 0
    letters: int = 0
    usable_s: float = 0.0

    def tap(self, selector: str) -> None:
        """Tap the first of what a selector names."""
        self.taps += 1
        self.page.locator(selector).first.tap()

    def write(self, text: str) -> None:
        """Type into what was tapped."""
        self.letters += len(text)
        self.page.keyboard.insert_text(text)

    def wait(self) -> None:
        """Wait until the first station can be gone to."""
        self.page.wait_for_function(USABLE)
        self.usable_s = time.perf_counter() - self.begun


def by_location(who: Visitor, url: str, place: dict[str, object]) -> None:
    """Open, tap “用我的位置”."""
    who.page.goto(url)
    who.tap("#locate")
    who.wait()


def by_name(who: Visitor, url: str, place: dict[str, object]) -> None:
    """Open, tap the field, type four letters, tap the first offer."""
    who.page.goto(url)
    who.tap("#q")
    who.write(str(place["name"]))
    who.page.locator("#offered li").first.wait_for()
    who.tap("#offered li")
    who.wait()


def by_door(who: Visitor, url: str, place: dict[str, object]) -> None:
    """Scan the code at a door."""
    who.page.goto(f"{url}/at/{quote(str(place['key']))}?when=all")
    who.wait()


WAYS: tuple[Callable[[Visitor, str, dict[str, object]], None], ...] = (
    by_location, by_name, by_door,
)  # fmt: skip


def visit(
    browser: Browser, url: str, place: dict[str, object], way: Callable[..., None], *, weak: bool
) -> Visitor:
    """Walk one way from opening to the navigation link, with nothing kept from before."""
    context = browser.new_context(
        viewport={"width": 360, "height": 640}, is_mobile=True, has_touch=True, user_agent=PHONE,
        locale="zh-CN", permissions=["geolocation"],
        geolocation={"longitude": place["lon"], "latitude": place["lat"]},
    )  # fmt: skip
    page = context.new_page()
    tools = context.new_cdp_session(page)
    tools.send("Performance.enable", {"timeDomain": "threadTicks"})
    if weak:
        tools.send("Network.enable")
        tools.send("Network.emulateNetworkConditions", SLOW_4G)
        tools.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.route("https://uri.amap.com/**", lambda route: route.abort())
    who = Visitor(page, time.perf_counter())
    way(who, url, place)
    kilobytes = page.evaluate(WEIGHT)
    told = {m["name"]: m["value"] for m in tools.send("Performance.getMetrics")["metrics"]}
    who.tap(".card a.main")
    spent = time.perf_counter() - who.begun
    print(
        f"{way.__name__:12} {'weak phone, slow 4G' if weak else 'as it is':20} "
        f"{who.taps} taps  {who.letters} letters  list {who.usable_s:5.2f} s  "
        f"navigation {spent:5.2f} s  last page {kilobytes:5.1f} kB "
        f"{1000 * told['TaskDuration']:4.0f} ms of processor"
    )
    context.close()
    return who


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url", nargs="?", default="http://127.0.0.1:8000")
    parser.add_argument("--place", help="a compound; default: the example of the page")
    asked = parser.parse_args()
    url = asked.url.rstrip("/")
    with sync_playwright() as driver:
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(url)
        example = page.locator("#example").inner_text().split("：")[-1].split("，")[0]
        found = page.request.get(f"{url}/v1/places", params={"q": asked.place or example})
        place = found.json()[0]
        print(f"{place['name']}, {url}")
        for way in WAYS:
            for weak in (False, True):
                visit(browser, url, place, way, weak=weak)
        browser.close()


if __name__ == "__main__":
    main()
