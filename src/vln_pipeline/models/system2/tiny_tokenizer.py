"""The tokenizer of small models: the published one's rules, with the words of this project."""

from collections.abc import Iterable
from typing import Any

from vln_pipeline.labelling.corpus import filled, spoken

SPECIAL = (
    "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|object_ref_start|>", "<|object_ref_end|>", "<|box_start|>",
    "<|box_end|>", "<|quad_start|>", "<|quad_end|>", "<|vision_start|>", "<|vision_end|>", "<|vision_pad|>",
    "<|image_pad|>", "<|video_pad|>",
)  # fmt: skip
"""Tokens of the chat format, in the order of the published tokenizers."""
_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
"""What is never joined to one token; each digit stands alone, and so does each arrow, see ``_ARROWS``."""
_ARROWS = "↑←→↓"
_WEIGHT = 400
"""Times that what every conversation holds is told to the trainer, which joins the most frequent pairs."""
_CHAT = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{% if m.content is string %}{{ m.content }}{% else %}"
    "{% for c in m.content %}"
    "{{ '<|vision_start|><|image_pad|><|vision_end|>' if c.type == 'image' else c.text }}{% endfor %}{% endif %}"
    "<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def train_tokenizer(vocabulary: int, asked: Iterable[str]) -> Any:
    """Return a byte-level BPE tokenizer; any script can be written with it.

    Args:
        vocabulary: tokens at most, besides those of the chat format.
        asked: what the model is asked, so that its words become tokens.
    """
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    bpe = Tokenizer(models.BPE())
    bpe.normalizer = normalizers.NFC()
    splits = [pre_tokenizers.Split(Regex(f"[{_ARROWS}]"), "isolated"), pre_tokenizers.Split(Regex(_SPLIT), "isolated")]
    bpe.pre_tokenizer = pre_tokenizers.Sequence(
        [*splits, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary, show_progress=False, initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet())
    )
    bpe.train_from_iterator(_corpus(asked), trainer)
    bpe.add_special_tokens(list(SPECIAL))
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=bpe, eos_token="<|im_end|>", pad_token="<|endoftext|>")  # noqa: S106
    tokenizer.chat_template = _CHAT
    return tokenizer


def _corpus(asked: Iterable[str]) -> list[str]:
    """Return what a model is asked and told, so that its words become tokens."""
    texts = [*asked, *spoken()]
    chat = [*(f"{role}\n" for role in ("system", "user", "assistant")), "STOP", *_ARROWS]
    return [line for text in texts for line in filled(text)] + chat * _WEIGHT
