"""A tab of the browser without a network, and all that a page did in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page


class Watched:
    """A page in a tab without a network, and all that it did."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", self._refuse)
        page.add_init_script(
            "window.refused = []; document.addEventListener('securitypolicyviolation',"
            " (event) => refused.push(event.violatedDirective + ' ' + event.blockedURI))"
        )
        page.on("popup", lambda _: self.complaints.append("a window opened"))

    def _refuse(self, dialog: Any) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def open(self, path: Path) -> Page:
        """Open a file; what the policy refuses is a complaint as well."""
        self.page.goto(path.as_uri())
        return self.page

    def settle(self) -> None:
        """Hold that the page asked for nothing but itself, and that nobody complained."""
        self.page.wait_for_function("document.querySelectorAll('#map svg path').length > 0")
        assert self.page.evaluate("refused") == []
        assert self.complaints == []
        assert len(self.requests) == 1, self.requests
        assert self.requests[0].startswith("file://")
