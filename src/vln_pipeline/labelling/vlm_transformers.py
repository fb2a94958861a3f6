"""Models that run in this process, by hub name or folder."""

import hashlib
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from vln_pipeline.errors import DataError
from vln_pipeline.labelling.config import TransformersConfig
from vln_pipeline.labelling.question import Question, fingerprint

logger = logging.getLogger(__name__)

_ENDS = 1 << 20
"""Bytes at both ends of a file that tell its content from others."""


class TransformersModel:
    """A chat model loaded with transformers when the first question comes.

    Args:
        config: device, number format and decoding.
        source: hub name or folder.
        sees: whether it takes images (LLaVA-OneVision, Qwen2.5-VL) or text only (Qwen).
        seed: the run's seed, for sampling.
    """

    def __init__(self, config: TransformersConfig, source: str, *, sees: bool, seed: int) -> None:
        self._config, self._source, self._sees, self._seed = config, source, sees, seed
        self._loaded: tuple[Any, Any] | None = None
        self.name = _identity(source)
        self.decoding = {"max_new_tokens": config.max_new_tokens, "temperature": config.temperature, "seed": seed}

    def answer(self, questions: Sequence[Question]) -> Iterator[str]:
        """Yield the answer to each question, in order.

        Raises:
            DataError: the model cannot be loaded.
        """
        # A sampled answer must not depend on what else is in its batch.
        size = 1 if self._config.temperature > 0 else self._config.batch
        for start in range(0, len(questions), size):
            yield from self._generate(questions[start : start + size])

    def close(self) -> None:
        """Free the weights."""
        self._loaded = None

    def _generate(self, questions: Sequence[Question]) -> list[str]:
        import torch

        if self._loaded is None:
            self._loaded = self._load()
        model, processor = self._loaded
        inputs = {
            key: value.to(model.device, model.dtype) if value.is_floating_point() else value.to(model.device)
            for key, value in self._encode(processor, questions).items()
        }
        sampled = self._config.temperature > 0
        decoding = {"do_sample": True, "temperature": self._config.temperature} if sampled else {"do_sample": False}
        with torch.random.fork_rng(), torch.inference_mode():
            torch.manual_seed(int(fingerprint(self, questions[0])[:15], 16))
            ids = model.generate(**inputs, **decoding, max_new_tokens=self._config.max_new_tokens)
        said = ids[:, inputs["input_ids"].shape[1] :]
        if said.shape[1] >= self._config.max_new_tokens:
            ends = torch.tensor(_ends_of(model), device=said.device)
            cut = len(said) - int(torch.isin(said, ends).any(dim=1).sum())
            if cut:
                logger.warning("%s: %d answers were cut off at max_new_tokens=%d", self.name, cut, said.shape[1])
        told: list[str] = processor.batch_decode(said, skip_special_tokens=True)
        return told

    def _encode(self, processor: Any, questions: Sequence[Question]) -> Any:
        """Return the model's inputs; a processor replaces each image token by as many as the image has patches."""
        texts = [_chat_text(processor, question) for question in questions]
        special = not processor.chat_template
        if not self._sees:
            return processor(texts, return_tensors="pt", padding=True, add_special_tokens=special)
        images = [list(question.images) for question in questions]
        return processor(text=texts, images=images, return_tensors="pt", padding=True, add_special_tokens=special)

    def _load(self) -> tuple[Any, Any]:
        """Return model and processor, or tokenizer where the model takes text only."""
        try:
            import torch
            import transformers
        except ImportError as error:
            cause = f"needs {error.name}"
            raise DataError("params:labelling.labeller", cause, "pip install vln-pipeline[models]") from error
        kind: Any = transformers.AutoModelForImageTextToText if self._sees else transformers.AutoModelForCausalLM
        try:
            processor = _image_processor(self._source) if self._sees else _tokenizer(self._source)
            dtype = getattr(torch, self._config.dtype)
            model: Any = kind.from_pretrained(self._source, dtype=dtype, use_safetensors=True)
        except (OSError, ValueError) as error:
            cause = f"cannot be loaded ({str(error).splitlines()[0][:200]})"
            raise DataError(self._source, cause, "give a hub name that is reachable, or a folder") from error
        return model.to(self._config.device).eval(), processor


def _chat_text(processor: Any, question: Question) -> str:
    """Return the whole prompt; without a chat template the images come first, then the question."""
    if processor.chat_template:
        parts = [{"type": "image"}] * len(question.images) + [{"type": "text", "text": question.prompt}]
        content = parts if question.images else question.prompt
        chat = [{"role": "user", "content": content}]
        # Templates of models that think aloud know enable_thinking; others ignore it.
        text: str = processor.apply_chat_template(
            chat, tokenize=False, add_generation_prompt=True, enable_thinking=False
        )
        return text
    return "".join(f"{processor.image_token}\n" for _ in question.images) + question.prompt


def _ends_of(model: Any) -> list[int]:
    """Return the tokens that end an answer."""
    ends = model.generation_config.eos_token_id
    return [] if ends is None else list(ends) if isinstance(ends, list) else [ends]


def _tokenizer(source: str) -> Any:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(source)
    tokenizer.padding_side = "left"
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def _image_processor(source: str) -> Any:
    """Return the processor that belongs to a model, without its video part, which would need torchvision."""
    from transformers import AutoConfig
    from transformers.models.auto.processing_auto import PROCESSOR_MAPPING

    config = type(AutoConfig.from_pretrained(source))
    if config not in PROCESSOR_MAPPING:
        raise ValueError(f"{config.model_type} is no image-text model")
    stock: Any = PROCESSOR_MAPPING[config]
    attributes = classmethod(lambda _: ["image_processor", "tokenizer"])
    # The name stays, because from_pretrained looks parts up by it.
    images_only: Any = type(stock.__name__, (stock,), {"get_attributes": attributes})
    processor = images_only.from_pretrained(source)
    processor.tokenizer = _tokenizer(source)
    processor.chat_template = processor.chat_template or processor.tokenizer.chat_template
    return processor


def _identity(source: str) -> str:
    """Return a hub name as it is, and for a folder its name with a digest of sizes and ends of its files."""
    folder = Path(source)
    if not folder.is_dir():
        return source
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.iterdir() if p.is_file()):
        size = path.stat().st_size
        digest.update(f"{path.name}:{size}:".encode())
        with path.open("rb") as file:
            digest.update(file.read(_ENDS))
            file.seek(max(0, size - _ENDS))
            digest.update(file.read(_ENDS))
    return f"{folder.name}@{digest.hexdigest()[:16]}"
