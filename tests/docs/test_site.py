"""The site's navigation is made of the pages' links: every page is in it, once.

The site itself is built and opened by `make site-check`, which needs the extra `site`.
"""

from __future__ import annotations

from pathlib import Path

from docs.site import navigation


def test_every_page_is_reached_from_readme() -> None:
    """Proves that a reader who follows links finds every page; a page that nobody links to breaks it."""
    assert navigation.written_pages() - set(navigation.reached_pages()) == set()


def test_navigation_holds_each_page_once() -> None:
    """Proves that each page but README stands below one README, which is in the navigation too.

    A page listed twice, or below a README that is not listed, breaks it.
    """
    found = navigation.navigation()
    listed = [navigation.START, *(page for parts in found.values() for below in parts.values() for page in below)]
    assert sorted(listed) == sorted(navigation.written_pages())
    assert found.keys() <= set(listed)


def test_a_page_stands_below_the_nearest_readme(tmp_path: Path) -> None:
    """Proves by a small tree: captions by folder, the order of the last link, links in fenced blocks left out."""
    texts = {
        "README.md": "[b](docs/how-to/b.md) [a](docs/how-to/a.md#x) [b](docs/how-to/b.md) [r](docs/reference/README.md)",
        "docs/how-to/a.md": "[deep](../reference/deep.md)\n```text\n[hidden](../tutorials/hidden.md)\n```\n",
        "docs/how-to/b.md": "[out](../../../outside.md)",
        "docs/reference/README.md": "",
        "docs/reference/deep.md": "",
        "docs/tutorials/hidden.md": "",
    }
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = {
        readme: {key: value for key, value in parts.items() if value}
        for readme, parts in navigation.navigation(tmp_path).items()
    }
    assert found == {
        "README.md": {"How to": ["docs/how-to/a.md", "docs/how-to/b.md"], "Look up": ["docs/reference/README.md"]},
        "docs/reference/README.md": {"": ["docs/reference/deep.md"]},
    }
    assert navigation.written_pages(tmp_path) - set(navigation.reached_pages(tmp_path)) == {"docs/tutorials/hidden.md"}
