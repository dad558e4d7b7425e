"""The language of what a user reads: every sentence is written in English and Chinese where it is said."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final, Literal, Self, get_args
from unicodedata import east_asian_width

if TYPE_CHECKING:
    from collections.abc import Iterable

Language = Literal["en", "zh"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
_spoken: ContextVar[Language] = ContextVar("language", default="en")


class Said(str):
    """A text in the language that is spoken, which knows itself in both: ``.en`` and ``.zh``."""

    __slots__ = ("en", "zh")
    en: str
    zh: str

    def __new__(cls, en: str, zh: str) -> Self:
        """Take the text in both languages."""
        said = super().__new__(cls, zh if _spoken.get() == "zh" else en)
        said.en, said.zh = en, zh
        return said

    def __add__(self, other: str) -> Said:
        """Return this and another text, joined in each language."""
        return Said(self.en + translated(other, "en"), self.zh + translated(other, "zh"))

    def __radd__(self, other: str) -> Said:
        """Return another text and this, joined in each language."""
        return Said(translated(other, "en") + self.en, translated(other, "zh") + self.zh)

    def __getnewargs__(self) -> tuple[str, str]:  # type: ignore[override]
        """Return what a copy is made of."""
        return self.en, self.zh


def speak(language: Language) -> None:
    """Let all that is said from here on, in this context, be in a language."""
    _spoken.set(language)


def spoken() -> Language:
    """Return the language that is spoken."""
    return _spoken.get()


def say(en: str, zh: str, /, **values: Any) -> Said:
    """Return a sentence with its values put in, as ``str.format`` does; a value that was said joins in each language.

    >>> say("{site}: {load:.1f} MW too much", "{site}：超出 {load:.1f} MW", site="A", load=2)
    'A: 2.0 MW too much'
    """
    return Said(en.format(**_each(values, "en")), zh.format(**_each(values, "zh")))


def join(texts: Iterable[str], en: str = ", ", zh: str = "、") -> Said:
    """Return texts in a row, each in its language."""
    listed = list(texts)
    return Said(en.join(translated(text, "en") for text in listed), zh.join(translated(text, "zh") for text in listed))


def one_or_many(count: int, one: str, many: str) -> Said:
    """Return an English word that depends on a number; Chinese has one form, and none of an ending."""
    return Said(one if count == 1 else many, "")


def padded(text: str, width: int) -> str:
    """Return a text in the language that is spoken, filled up to a number of terminal columns.

    A Chinese character is two columns wide.
    """
    spoken_text = translated(text, spoken())
    return spoken_text + " " * (width - columns_of(spoken_text))


def columns_of(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def written(text: str) -> str:
    """Return a text as files have it that programs read: English, whatever is spoken."""
    return translated(text, "en")


def translated(text: str, language: str) -> str:
    """Return a text in a language; one that was not said here, such as a name, is the same in all."""
    if isinstance(text, Said):
        return text.zh if language == "zh" else text.en
    return text


def _each(values: dict[str, Any], language: Language) -> dict[str, Any]:
    return {name: translated(value, language) if isinstance(value, Said) else value for name, value in values.items()}
