"""Nothing in the docs points at what is not there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pages import FENCE, LINK, ROOT, anchors, page, written_pages


@pytest.mark.parametrize("path", written_pages(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_relative_link_resolves(path: Path) -> None:
    """Proves that each link to a file, and to a heading in it, leads somewhere; a renamed page or heading breaks it."""
    text = FENCE.sub("", path.read_text(encoding="utf-8"))
    for target in LINK.findall(text):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        place = (path.parent / file).resolve() if file else path
        assert place.exists(), f"{path.relative_to(ROOT)} links to {target}"
        assert ROOT in [place, *place.parents], f"{target} leaves the repository"
        if anchor:
            assert anchor in anchors(place.read_text(encoding="utf-8")), f"{target}: no such heading"


def test_make_commands_in_the_docs_are_targets() -> None:
    """Proves that every `make WORD` named in the docs is a target of the Makefile; a renamed target breaks it."""
    targets = set(re.findall(r"^([\w-]+):", page("Makefile"), re.MULTILINE))
    for path in written_pages():
        named = set(re.findall(r"(?:`|^|\$ )make ([a-z][\w-]*)", path.read_text(encoding="utf-8"), re.MULTILINE))
        assert named <= targets, f"{path.relative_to(ROOT)} names {named - targets}"


def test_readme_names_the_two_commands() -> None:
    """Proves that README leads with `make plan` and `make test`, the two commands a fresh machine needs."""
    assert {"make plan", "make test"} <= set(re.findall(r"^(make \w+)", page("README.md"), re.MULTILINE))


def test_decisions_are_all_listed() -> None:
    """Proves that the list of decisions has each page once, in order; a page that is not listed breaks it."""
    listed = re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", page("docs/decisions/README.md"))
    assert listed == sorted(path.name for path in (ROOT / "docs/decisions").glob("[0-9]*.md"))


def test_notice_names_every_foreign_file() -> None:
    """Proves that NOTICE names each licence text shipped with the maps; data added without its licence breaks it."""
    for path in (ROOT / "planner/views/data").glob("*"):
        if path.name.startswith(("LICENSE", "OFL")) or path.suffix in {".geojson", ".ttf"}:
            assert path.relative_to(ROOT).as_posix() in page("NOTICE")
