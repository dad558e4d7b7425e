"""The navigation of the site: what README leads to, link by link.

No list of pages is kept: a page stands below the nearest README above it, in the order in which readers meet the links.
"""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
START = "README.md"
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?P<target>[^)#\s]+\.md)(?:#[^)\s]*)?\)")
PAGES = (
    "*.md",
    "docs/**/*.md",
    "scenarios/README.md",
    "scenarios/*/README.md",
    "findings/README.md",
    "results/README.md",
)
CAPTIONS = {
    "docs/tutorials": "Tutorial",
    "docs/how-to": "How to",
    "docs/explanation": "Explanation",
    "docs/reference": "Look up",
    "docs/decisions": "Look up",
    "scenarios": "Look up",
}
"""The captions of the side bar by folder, in their order; the rest is about the project."""


def written_pages(root: Path = ROOT) -> set[str]:
    """Return the pages that the site has, by path in the repository."""
    return {path.relative_to(root).as_posix() for pattern in PAGES for path in root.glob(pattern)}


def links(page: str, root: Path = ROOT) -> list[str]:
    """Return the pages that a page leads to, in the order in which it last names each: its list at the end."""
    text = FENCE.sub("", (root / page).read_text(encoding="utf-8"))
    paths = [((root / page).parent / target).resolve() for target in LINK.findall(text)]
    names = [path.relative_to(root).as_posix() for path in paths if root in path.parents]
    last = {name: place for place, name in enumerate(names)}
    return sorted(last.keys() & written_pages(root), key=last.__getitem__)


def reached_pages(root: Path = ROOT) -> list[str]:
    """Return the pages that the links lead to from README, nearest first."""
    reached = [START]
    for page in reached:  # it grows on the way
        reached += [name for name in links(page, root) if name not in reached]
    return reached


def navigation(root: Path = ROOT) -> dict[str, dict[str, list[str]]]:
    """Return for each README the pages below it under their captions: first those it names itself."""
    reached = reached_pages(root)
    found: dict[str, dict[str, list[str]]] = {START: {caption: [] for caption in CAPTIONS.values()}}
    for parent in (page for page in reached if page.endswith(START)):
        own = links(parent, root)
        for page in (*own, *(name for name in reached if name not in own)):
            if page != START and parent_of(page, root) == parent:
                folder = next((folder for folder in CAPTIONS if page.startswith(f"{folder}/")), "")
                caption = CAPTIONS.get(folder, "Project") if parent == START else ""
                found.setdefault(parent, {}).setdefault(caption, []).append(page)
    return found


def parent_of(page: str, root: Path = ROOT) -> str:
    """Return the nearest README above a page."""
    folders = list(Path(page).parents)[1 if page.endswith(START) else 0 :]
    above = (folder / START for folder in folders)
    return next(path.as_posix() for path in above if (root / path).exists())


def toctrees(page: str, root: Path = ROOT) -> str:
    """Return the directives that put the pages below a README into the navigation; nothing for other pages."""
    parts = []
    for caption, below in navigation(root).get(page, {}).items():
        names = [f"/{name.removesuffix('.md')}" for name in below]
        parts += ["", "```{toctree}", ":hidden:", *([f":caption: {caption}"] if caption else []), "", *names, "```", ""]
    return "\n".join(parts)
