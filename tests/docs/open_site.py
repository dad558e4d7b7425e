"""Opens every page of the built site without a network, as `make site-check`; prints what was counted, and fails on any fault.

``python -m tests.docs.open_site FOLDER``. Opened from the folder itself, no page may ask for anything outside it, write to
the console or hold a link that leads nowhere; and what is searched for, in English and in Chinese, is found with an excerpt.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urldefrag

from playwright.sync_api import Error, sync_playwright

from tests.report import chromium

if TYPE_CHECKING:
    from playwright.sync_api import Page

SEARCHES = {
    "shadow prices": "docs/explanation/shadow-prices-and-ranging.html",
    "枢纽": "CONTRIBUTING.html",
    "算力需求": "README.html",
    "东数西算规划工具": "README.html",
    "read_scenario": "docs/reference/python.html",
}
"""What is typed into the box, and a page that must be among those found."""
HREFS = "[...document.querySelectorAll('a[href], img[src]')].map((node) => node.href || node.src)"
IDS = "[...document.querySelectorAll('[id]')].map((node) => node.id)"


class Watch:
    """What the tab asked for and what it complained of, page by page."""

    def __init__(self, tab: Page, folder: Path) -> None:
        self.tab = tab
        self.home = f"{folder.as_uri()}/"
        self.faults: list[str] = []
        self.requests = 0
        self.outside = 0
        self.links: dict[str, set[str]] = {}
        self.ids: dict[str, set[str]] = {}
        tab.on("request", lambda request: self._asked(request.url))
        tab.on("console", lambda message: self._say(message.text))
        tab.on("pageerror", lambda error: self._say(str(error)))

    def _say(self, text: str) -> None:
        self.faults.append(f"{self.tab.url.removeprefix(self.home)}: {text}")

    def _asked(self, url: str) -> None:
        self.requests += 1
        if not url.startswith((self.home, "data:")):
            self.outside += 1
            self._say(f"asked for {url}")

    def open(self, path: Path) -> None:
        """Open a page, wait till it is at rest, and keep its links and its anchors."""
        self.tab.goto(path.as_uri(), wait_until="load")
        if path.name == "index.html":  # it goes on to README.html
            self.tab.wait_for_url("**/README.html")
        self.links[path.as_uri()] = set(self.tab.evaluate(HREFS))
        self.ids[path.as_uri()] = set(self.tab.evaluate(IDS))

    def search(self, words: str, page: str) -> None:
        """Search for words, and hold that the page is among those found, with an excerpt."""
        self.tab.goto(f"{self.home}search.html?q={quote(words)}")
        found = self.tab.locator(f"#search-results li:has(a[href^='{page}'])").first
        try:
            found.wait_for(timeout=60_000)
            found.locator("p.context, span").first.wait_for(timeout=60_000)
        except Error:
            self._say(f"searching for {words} does not find {page}")

    def dead(self) -> list[str]:
        """Return every link that leads to no file of the site, or to no anchor of a page."""
        said = []
        for page, links in self.links.items():
            for link in sorted(link for link in links if link.startswith("file:")):
                target, anchor = urldefrag(link)
                target = target.partition("?")[0]
                missing = not Path(unquote(target.removeprefix("file://"))).is_file()
                if missing or (anchor and target in self.ids and unquote(anchor) not in self.ids[target]):
                    said.append(f"{page.removeprefix(self.home)} leads to {link.removeprefix(self.home)}")
        return said


def main(folder: Path) -> int:
    """Open it all; return the exit status."""
    browser = chromium.find()
    if browser is None:
        sys.stderr.write(f"{chromium.MISSING}\n")
        return 1
    pages = sorted(folder.rglob("*.html"))
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=browser, args=["--no-sandbox"])  # root has no sandbox
        watch = Watch(started.new_context(offline=True).new_page(), folder)
        for page in pages:
            watch.open(page)
        for words, page in SEARCHES.items():
            watch.search(words, page)
        started.close()
    faults = [*watch.faults, *watch.dead()]
    links = sum(map(len, watch.links.values()))
    sys.stdout.write(
        f"{len(pages)} pages opened without a network, {len(SEARCHES)} searches, {links} links; "
        f"{watch.requests} requests, {watch.outside} of them to outside the folder; {len(faults)} faults\n"
    )
    sys.stderr.writelines(f"{fault}\n" for fault in faults)
    return 1 if faults or not pages else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
