"""Everything that the template labeller can say, for tokenizers that are trained on it."""

import re

from vln_pipeline.labelling.phrasebook import every_choice, load_phrasebook
from vln_pipeline.scenes.vocabulary import vocabulary


def spoken() -> list[str]:
    """Return every phrase, with its first letter small and large, and every noun; "{...}" is left in them."""
    book = load_phrasebook()
    phrases = [text for wordings in book.phrases.values() for wording in wordings for text in every_choice(wording)]
    nouns = [
        f"the {noun.word}"
        for name in sorted(vocabulary())
        if book.nouns.speakable(name)
        for noun in book.nouns.words(name)
    ]
    return [*phrases, *map(str.capitalize, phrases), *nouns]


def filled(text: str) -> list[str]:
    """Return a text with both sides in place of ``{side}``, and an article in place of all else in braces."""
    return [re.sub(r"\{\w+\}", "the", text.replace("{side}", side)) for side in ("left", "right")]
