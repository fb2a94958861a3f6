"""Makes a model's answer fit to be an instruction, or refuses it."""

import re
import unicodedata

_THOUGHTS = re.compile(r"<think>.*?(</think>|\Z)", re.DOTALL)
_FENCE = re.compile(r"^```\w*\s*|\s*```$")
_HEADING = re.compile(r"^[ \t]*#{1,6}[ \t].*\n", re.MULTILINE)
_MARK = re.compile(r"^\s*(?:>|[-*+\u2022]|\d{1,2}[.)])\s+")
"""What begins a quotation or an item of a list in Markdown."""
_EMPHASIS = re.compile(r"`|(?<!\w)[*_]{1,3}(?=\S)|(?<=\S)[*_]{1,3}(?!\w)")
_LEAD = re.compile(r"\A(?:\w+:[ \t]*|[^\n]*:[ \t]*\n)\s*(?=\S)")
"""What leads up to an answer: "Instruction:", or a line such as "Sure, here it is:"."""
_QUOTES = {'"': '"', "'": "'", "“": "”", "‘": "’", "«": "»"}
_TAG = re.compile(r"<[^<>\s]+>")
"""Marks that datasets and tokenizers give a meaning, such as <image>, <|im_end|> and <INSTRUCTION_SEP>."""
_WORD = re.compile(r"[^\W\d_]{2,}")
_FEWEST_WORDS = 2
_LEAST_LETTERS = 0.6
"""Share of characters that are letters or blanks in any answer that is language."""


def clean(answer: str, longest: int) -> str:
    """Return an answer as one paragraph without thoughts, lead, Markdown, quotation marks or control characters.

    Args:
        answer: as the model gave it.
        longest: characters; a longer answer is cut after the last sentence that fits.

    Raises:
        ValueError: nothing is left, it is no language, JSON or holds a tag, or its first sentence is too long.
    """
    text = _FENCE.sub("", _THOUGHTS.sub("", answer).strip())
    if text[:1] in ("{", "[") and text[-1:] in ("}", "]"):
        raise ValueError(f"JSON is no language: {text[:40]!r}")
    text = _without_markdown(text)
    text = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text)
    text = " ".join(text.split())
    while len(text) > 1 and _QUOTES.get(text[0]) == text[-1]:
        text = text[1:-1].strip()
    if not text:
        raise ValueError("empty answer")
    letters = sum(c.isalpha() or c == " " for c in text)
    if len(_WORD.findall(text)) < _FEWEST_WORDS or letters < _LEAST_LETTERS * len(text) or "\ufffd" in text:
        raise ValueError(f"no language: {text[:40]!r}")
    if tag := _TAG.search(text):
        raise ValueError(f"the tag {tag[0][:40]!r} is no language")
    if len(text) <= longest:
        return text
    end = max(text.rfind(mark, 0, longest) for mark in ".!?")
    if end < 0:
        raise ValueError(f"no sentence ends within {longest} characters")
    return text[: end + 1]


def _without_markdown(text: str) -> str:
    """Return a text without what leads up to it and without marks; an item of a list ends as a sentence."""
    text = _LEAD.sub("", _EMPHASIS.sub("", _HEADING.sub("", text)))
    lines = []
    for line in map(str.rstrip, text.splitlines()):
        plain = _MARK.sub("", line)
        is_item = plain != line
        lines.append(f"{plain}." if is_item and plain[-1:].isalnum() else plain)
    return "\n".join(lines)
