"""Puts the steps of a walk into sentences."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from vln_pipeline.labelling.nouns import Named, Noun
from vln_pipeline.labelling.phrasebook import Phrasebook, Register
from vln_pipeline.labelling.steps import Step


@dataclass
class Wording:
    """One wording of a walk; a thing is called the same throughout, and "the" is said of it where it was named before.

    Attributes:
        book: the words.
        register: how it sounds.
        draw: chooses among them.
    """

    book: Phrasebook
    register: Register
    draw: np.random.Generator
    _called: dict[str, Noun] = field(default_factory=dict)
    _named: dict[Noun, int] = field(default_factory=dict)

    def text(self, steps: Sequence[Step], *, connect: bool = False) -> str:
        """Return the sentences of some steps.

        Args:
            steps: in order.
            connect: whether sentences may begin with connectors, and what leads nowhere may be said between them.
        """
        sentences: list[str] = []
        connector, acted = "", False
        for group in self._groups(steps):
            if group[0].is_sentence:
                sentences.append(self._phrase(group[0], ""))
                continue
            # "Once you have done that" needs something that was to be done.
            connected = connect and acted and self.draw.random() < self.register.connect
            connector = self._connector(connector) if connected else ""
            said = self.book.phrases["link"][1].strip(" ,") in connector.lower().split()
            text = f"{connector} {self._join(group, then=not said)}".strip()
            sentences.append(f"{text[0].upper()}{text[1:]}.")
            acted = True
            if connect and group[-1] is not steps[-1] and self.draw.random() < self.register.asides:
                sentences.append(self.book.pick("aside", self.draw, sentences[-1]))
        return self.book.contracted(" ".join(sentences))

    def _connector(self, previous: str) -> str:
        chatty = self.register.asides and self.draw.random() < self.register.asides
        return self.book.pick("connector_chatty" if chatty else "connector", self.draw, previous)

    def _groups(self, steps: Sequence[Step]) -> Iterator[Sequence[Step]]:
        """Yield the steps of each sentence: a whole sentence alone, others up to as many as the register joins."""
        longest = self.register.longest
        group: list[Step] = []
        for i, step in enumerate(steps):
            if step.is_sentence:
                if group:
                    yield group
                yield [step]
                group = []
                continue
            group.append(step)
            left = len(steps) - i - 1
            if len(group) == longest or (len(group) == longest - 1 and left != 1 and self.draw.random() < 0.5):
                yield group
                group = []
        if group:
            yield group

    def _join(self, steps: Sequence[Step], *, then: bool) -> str:
        phrases: list[str] = []
        for step in steps:
            phrases.append(self._phrase(step, phrases[-1] if phrases else ""))
        if len(phrases) == 1:
            return phrases[0]
        *head, tail = phrases
        links = self.book.phrases["link"]
        nested = any(f" {links[0].strip()} " in phrase for phrase in phrases)
        link = links[1] if nested or (self.draw.random() < 0.3 and then) else links[0]
        return f"{', '.join(head)}{link}{tail}"

    def _phrase(self, step: Step, previous: str) -> str:
        first, *rest = step.keys
        few = self.register.shortest_of
        picked = [self.book.pick(first, self.draw, previous, few)]
        picked += [self.book.pick(key, self.draw, shortest_of=few) for key in rest]
        metres = step.gap or step.metres
        distance = self.book.distance(metres, self.draw) if metres else ""
        return " ".join(picked).format(**self._words(step), distance=distance)

    def _words(self, step: Step) -> dict[str, str]:
        """Return the words for a step's placeholders."""
        words: dict[str, str] = {}
        for slot, value in step.slots.items():
            if isinstance(value, Named):
                if value.name not in self._called:
                    options = self.book.nouns.words(value.name)
                    self._called[value.name] = options[int(self.draw.integers(len(options)))]
                noun = self._called[value.name]
                words |= self.book.nouns.slots(slot, self._referred(value, noun), noun)
            else:
                whose = slot.removesuffix("side")  # "" of the landmark, "other_" of the second thing
                words |= {f"{whose}{form}": word for form, word in self.book.sides[value].items()}
        return words

    def _referred(self, named: Named, noun: Noun) -> Named:
        """Return a thing as it is spoken of after what was named before: "the" means what the noun last stood for."""
        if not named.instance:
            return named
        before = self._named.get(noun)
        self._named[noun] = named.instance
        return named if before is None else replace(named, known=before == named.instance)
