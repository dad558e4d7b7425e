"""Search in English and Chinese: English words by their stem, Chinese by each two characters that stand together.

Sphinx's own Chinese cuts the pages into words but not what is typed into the box, so that 东数西算 finds nothing;
and its English takes a run of characters for one word.
"""

from __future__ import annotations

import re

from sphinx import search
from sphinx.search.en import SearchEnglish

HAN = re.compile(r"[\u3400-\u9fff]+")
SPLITTER = r"""
function splitQuery(query) {
  const terms = [];
  for (const word of query.split(/[^\p{Letter}\p{Number}_\p{Emoji_Presentation}]+/gu)) {
    for (const part of word.split(/([\u3400-\u9fff]+)/u).filter((part) => part)) {
      if (!/^[\u3400-\u9fff]{3,}$/u.test(part)) terms.push(part);
      else for (let at = 0; at + 2 <= part.length; at += 1) terms.push(part.slice(at, at + 2));
    }
  }
  return terms;
}
"""


class EnglishAndHan(SearchEnglish):
    """What the index holds of a text: its English words, its Chinese characters and each pair of them."""

    js_splitter_code = SPLITTER

    def split(self, input: str) -> list[str]:  # noqa: A002 - Sphinx's own name
        """Return the words of a text."""
        runs = HAN.findall(input)
        pairs = [run[at : at + 2] for run in runs for at in range(len(run) - 1)]
        return [*super().split(HAN.sub(" ", input)), *pairs, *(character for run in runs for character in run)]

    def word_filter(self, word: str) -> bool:
        """Return whether a word is worth a place in the index: each Chinese one is."""
        return bool(HAN.match(word)) or super().word_filter(word)


def put_in_place() -> None:
    """Make it the search of English sites."""
    search.languages["en"] = EnglishAndHan
