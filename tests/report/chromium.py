"""The browser that the tests of the report drive: found, or installed from Debian where that is possible.

``python tests/report/chromium.py`` is part of ``make tests``: it never fails, since without a browser those tests say
that they were skipped, and why (with ``CI`` set they fail).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = "no Chromium on this machine: install it (Debian: apt-get install chromium)"


def find() -> str | None:
    """Return the path of a browser, nothing where there is none."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


def install() -> None:
    """Install Debian's Chromium, where apt-get is there and may be used; it takes a minute or two."""
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        return
    settings = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
        subprocess.run(["apt-get", "-qq", *words], env=settings, stdout=subprocess.DEVNULL, check=False)


if __name__ == "__main__":
    if find() is None:
        install()
    sys.stdout.write(f"browser for the tests of the report: {find() or MISSING}\n")
