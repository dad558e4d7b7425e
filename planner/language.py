"""The language of what a user reads: every sentence is written in English and Chinese where it is said."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any, Final, Literal, Self, get_args

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


def join(texts: Any, en: str = ", ", zh: str = "、") -> Said:
    """Return texts in a row, each in its language."""
    listed = list(texts)
    return Said(en.join(translated(text, "en") for text in listed), zh.join(translated(text, "zh") for text in listed))


def translated(text: str, language: Language) -> str:
    """Return a text in a language; one that was not said here, such as a name, is the same in all."""
    if isinstance(text, Said):
        return text.zh if language == "zh" else text.en
    return text


def _each(values: dict[str, Any], language: Language) -> dict[str, Any]:
    return {name: translated(value, language) if isinstance(value, Said) else value for name, value in values.items()}
