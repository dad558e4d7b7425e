"""The language of what a user reads: English stands in the code, Chinese in the catalogue ``planner/locale``.

A text for a reader is a :class:`Message`, and no ``str``: it is put into a language where it is shown, not before, so
that nothing on the way can drop one of its languages. ``make words`` writes the catalogue anew from the code.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from functools import cache
from gettext import GNUTranslations
from importlib.resources import files
from numbers import Number
from typing import TYPE_CHECKING, Any, Final, Literal, get_args
from unicodedata import east_asian_width

if TYPE_CHECKING:
    from collections.abc import Iterable

Language = Literal["en", "zh"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
CATALOGUE: Final = "locale/zh_CN/LC_MESSAGES/planner.mo"
_spoken: ContextVar[Language] = ContextVar("language", default="en")


class Message(ABC):
    """A text that can be read in each language."""

    __slots__ = ()

    @abstractmethod
    def rendered(self, language: Language) -> str:
        """Return the text in a language."""

    @property
    def en(self) -> str:
        """The text in English."""
        return self.rendered("en")

    @property
    def zh(self) -> str:
        """The text in Chinese."""
        return self.rendered("zh")

    def __str__(self) -> str:
        """Return the text in the language that is spoken: the last resort of a message that nobody rendered."""
        return self.rendered(_spoken.get())

    def __repr__(self) -> str:
        """Return what a programmer sees: the text in English, and that it is no ``str``."""
        return f"<{self.en!r}>"

    def __contains__(self, part: str) -> bool:
        """Return whether the English text has a part, which scripts ask of notes and warnings."""
        return part in self.en

    def __bool__(self) -> bool:
        """Return whether there is any text."""
        return bool(self.en)

    def __add__(self, other: Text) -> Message:
        """Return this and another text, one after the other."""
        return Joined((self, other), "")

    def __radd__(self, other: str) -> Message:
        """Return another text and this, one after the other."""
        return Joined((other, self), "")


Text = Message | str
"""What a reader reads; a ``str`` is the same in all languages, such as an id."""


@dataclass(frozen=True, slots=True, repr=False)
class Sentence(Message):
    """A template of the catalogue and the values put in, as ``str.format`` does.

    Attributes
    ----------
    template, plural
        In English, for one and for another ``count``; Chinese has one form.
    values
        By name. A value that is a message is rendered with the sentence.
    context
        Tells apart what English calls by one word.
    given
        The Chinese template of a text that is not the planner's own.
    """

    template: str
    plural: str = ""
    values: tuple[tuple[str, Any], ...] = ()
    context: str = ""
    given: str = ""

    def rendered(self, language: Language) -> str:
        """Return the sentence in a language."""
        values = {
            name: rendered(value, language) if isinstance(value, Message) else value for name, value in self.values
        }
        if language == "zh":
            template = self.given or _translated(self.template, self.context)
        else:
            template = self.plural if self.plural and values["count"] != 1 else self.template
        return template.format(**values)


@dataclass(frozen=True, slots=True, repr=False)
class Named(Message):
    """A text that data or a computation gives in each language: the name of a site, a number in its reader's units."""

    in_english: str
    in_chinese: str

    def rendered(self, language: Language) -> str:
        """Return the text in a language."""
        return self.in_chinese if language == "zh" else self.in_english


@dataclass(frozen=True, slots=True, repr=False)
class Joined(Message):
    """Texts in a row."""

    parts: tuple[Text, ...]
    separator: Text

    def rendered(self, language: Language) -> str:
        """Return the row in a language."""
        return rendered(self.separator, language).join(rendered(part, language) for part in self.parts)


def speak(language: Language) -> None:
    """Let all that is rendered from here on, in this context, be in a language."""
    _spoken.set(language)


def spoken() -> Language:
    """Return the language that is spoken."""
    return _spoken.get()


def say(template: str, plural: str = "", /, **values: Any) -> Message:
    """Return a sentence with the values to put in.

    Parameters
    ----------
    template, plural
        The sentence in English; where a second is given, it is for every ``count`` but 1.
    **values
        Numbers, dates, texts and messages; anything else is taken as its text of now.

    >>> say("{site}: {load:.1f} MW too much", site="A", load=2).en
    'A: 2.0 MW too much'
    """
    return Sentence(template, plural, _kept(values))


def say_both(template: str, zh: str, /, **values: Any) -> Message:
    """Return a sentence that the catalogue does not have, such as a guest feature's, in English and Chinese."""
    return Sentence(template, values=_kept(values), given=zh)


def say_as(context: str, template: str) -> Message:
    """Return a text that English uses for several things, and Chinese does not; the context tells which is meant."""
    return Sentence(template, context=context)


def _kept(values: dict[str, Any]) -> tuple[tuple[str, Any], ...]:
    """Return values that nobody can change any more: a sentence is rendered later than it is said."""
    return tuple(
        (name, value if isinstance(value, Message | str | Number | date) else str(value))
        for name, value in values.items()
    )


COMMA: Final = say(", ")
SEMICOLON: Final = say("; ")
CLAUSES: Final = say_as("between clauses", ", ")
SENTENCES: Final = Named(" ", "")


def join(texts: Iterable[Text], separator: Text = COMMA) -> Message:
    """Return texts in a row."""
    return Joined(tuple(texts), separator)


def rendered(text: Text, language: Language | None = None) -> str:
    """Return a text in a language, without one in that which is spoken."""
    return text.rendered(language or _spoken.get()) if isinstance(text, Message) else text


def written(text: Text) -> str:
    """Return a text as files have it that programs read: English, whatever is spoken."""
    return rendered(text, "en")


def padded(text: Text, width: int) -> Message:
    """Return a text filled up, in each language, to a number of terminal columns; a Chinese character takes two."""
    filled = (each + " " * (width - columns_of(each)) for each in (rendered(text, "en"), rendered(text, "zh")))
    return Named(*filled)


def columns_of(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


@cache
def catalogue_zh() -> GNUTranslations:
    """Return the Chinese of every sentence."""
    with files("planner").joinpath(CATALOGUE).open("rb") as compiled:
        return GNUTranslations(compiled)


def _translated(template: str, context: str) -> str:
    if not template:
        return ""
    return catalogue_zh().pgettext(context, template) if context else catalogue_zh().gettext(template)
