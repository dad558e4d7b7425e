"""What the figures say alike: names in a row, characters that cannot be drawn, and the language asked for."""

from collections.abc import Sequence

from planner.language import LANGUAGES, Language, Message, Text, join, say
from planner.views.page.errors import DrawingError
from planner.views.page.glyphs import name_characters

NAMES_MAX = 5


def check_language(language: str) -> Language:
    """Return the language if it is one of the planner's."""
    for known in LANGUAGES:
        if language == known:
            return known
    raise DrawingError(
        say(
            "language {language!r} is not known: allowed are {listed}",
            language=language[:80],
            listed=", ".join(LANGUAGES),
        )
    )


def list_names(names: Sequence[Text]) -> Message:
    """Return the names in a row, only the first few if there are many, with the number left out."""
    row, more = join(names[:NAMES_MAX]), len(names) - NAMES_MAX
    return say("{names} and {count} more", names=row, count=more) if more > 0 else row


def tell_missing(characters: set[str]) -> Message:
    """Say which characters could not be drawn."""
    return say(
        "□ stands for characters that the bundled font does not have: {names}.",
        names=list_names(name_characters(characters)),
    )
