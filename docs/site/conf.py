"""How Sphinx makes the site of the repository's pages: `make site`, and docs/decisions/0045.

The pages are ordinary Markdown, read where they lie. Here the navigation is added, and the page on Python is made of
the docstrings.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parent))

import han_search
from navigation import FENCE, PAGES, ROOT, toctrees
from pygments.lexers import TextLexer

import planner

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "East Data West Compute planner"
author = "The planner's authors"
version = release = planner.__version__
language = "en"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
root_doc = "README"
include_patterns = list(PAGES)
exclude_patterns = ["build", ".*", "planner", "tests", "benchmarks", "results/*/**"]

myst_heading_anchors = 4
default_role = "code"
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
python_maximum_signature_line_length = 100
napoleon_numpy_docstring = True
napoleon_google_docstring = False
napoleon_use_rtype = False
add_module_names = False

html_theme = "furo"
html_title = project
html_static_path = [
    "static",
    *map(str, ROOT.glob("planner/**/NotoSansSC-GB2312.ttf")),
    *map(str, ROOT.glob("planner/**/OFL.txt")),
]
html_css_files = ["site.css"]
html_js_files = ["search_excerpts.js"]
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_additional_pages = {"index": "start.html"}
templates_path = ["templates"]

PYTHON = "docs/reference/python"
BROKEN = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef])\n(?=[\u3000-\u9fff\uff00-\uffef])")
"""A line's end inside a Chinese sentence, which would be shown as a space."""


def python_page(text: str) -> str:
    """Return the page on Python with all public names and their docstrings in full, where the reference is short."""
    opening, *entries = text.split("\n## ")
    written = [entry.partition("\n")[0] for entry in entries]
    others = [name for name in planner.__all__ if name not in {*written, "__version__"}]
    parts = [opening, "", "```{eval-rst}", ".. py:currentmodule:: planner", "```", ""]
    for name in (*written, *others):
        is_class = isinstance(getattr(planner, name), type)
        directive = "autoclass" if is_class else "autofunction"
        members = ["   :members:"] if name in {"Results", "Scenario"} else []
        parts += [f"## {name}", "", "```{eval-rst}", f".. {directive}:: planner.{name}", *members, "```", ""]
    return "\n".join(parts)


def on_source_read(_: Sphinx, name: str, source: list[str]) -> None:
    """Add to a page as it is read what its file does not hold."""
    if name == PYTHON:
        source[0] = python_page(source[0])
    parts = re.split(f"({FENCE.pattern})", source[0], flags=FENCE.flags)  # what is fenced stays as it is
    source[0] = "".join(part if part.startswith("```") else BROKEN.sub("", part) for part in parts)
    source[0] += toctrees(f"{name}.md")


def on_build_finished(app: Sphinx, error: Exception | None) -> None:
    """Write the pages' texts for the excerpts below what a search finds: a page from a folder may not read another."""
    if error is None:
        texts = {name: app.env.get_doctree(name).astext() for name in sorted(app.env.all_docs)}
        written = f"const TEXTS = {json.dumps(texts, ensure_ascii=False)};\n"
        (app.outdir / "_static/texts.js").write_text(written, encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Tell Sphinx of the above."""
    han_search.put_in_place()
    app.add_lexer("csv", TextLexer)
    app.connect("source-read", on_source_read)
    app.connect("build-finished", on_build_finished)
