"""How categories are spoken of: articles, plurals and what is left unnamed."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from vln_pipeline.scenes.vocabulary import vocabulary

_VOWELS = "aeiou"


@dataclass(frozen=True)
class Nouns:
    """English for category names.

    Attributes:
        spoken: what is said instead of a category's name, for instance "TV" for "tv".
        plural: names that are plural by themselves, for instance "stairs".
        mass: names without an indefinite article, for instance "artwork".
        unnamed: names that tell a walker nothing.
        vowel_sound, consonant_sound: first words whose sound their first letter hides, for instance "hour", "unit".
    """

    spoken: Mapping[str, str]
    plural: Collection[str]
    mass: Collection[str]
    unnamed: Collection[str]
    vowel_sound: Collection[str]
    consonant_sound: Collection[str]

    def nameable(self, category: str) -> bool:
        """Return whether an object of a category may serve as a landmark; parts of the building may not."""
        known = vocabulary().get(category)
        usual = known is None or (known.landmark and not known.structural)
        return self.speakable(category) and usual

    def speakable(self, category: str) -> bool:
        """Return whether a name tells a walker anything; of rooms, too."""
        return bool(category) and category not in self.unnamed

    def name(self, category: str) -> str:
        """Return the noun of a category."""
        return self.spoken.get(category, category)

    def is_plural(self, category: str) -> bool:
        """Return whether the noun takes "them" and "are"."""
        return category in self.plural

    def definite(self, category: str) -> str:
        """Return the noun with "the"."""
        return f"the {self.name(category)}"

    def indefinite(self, category: str) -> str:
        """Return the noun with "a", "an" or "some", by its sound."""
        name = self.name(category)
        if category in self.plural or category in self.mass:
            return f"some {name}"
        first = name.replace("-", " ").split()[0]
        vowel = first[0].lower() in _VOWELS or first.lower() in self.vowel_sound
        return f"{'an' if vowel and first.lower() not in self.consonant_sound else 'a'} {name}"
