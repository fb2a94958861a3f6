"""What writes instructions, and how one is opened."""

from pathlib import Path
from typing import Protocol

from vln_pipeline.labelling.cache import CachedModel
from vln_pipeline.labelling.check import Checker
from vln_pipeline.labelling.config import LabellingConfig
from vln_pipeline.labelling.labels import Labels
from vln_pipeline.labelling.prompts import load_prompts
from vln_pipeline.labelling.question import ChatModel
from vln_pipeline.labelling.template import TemplateLabeller
from vln_pipeline.labelling.usage import UsageRecord
from vln_pipeline.labelling.vlm import ModelLabeller
from vln_pipeline.labelling.vlm_openai import OpenaiModel
from vln_pipeline.labelling.vlm_transformers import TransformersModel
from vln_pipeline.labelling.walk import Walk


class Labeller(Protocol):
    """Puts walks into words."""

    @property
    def concurrency(self) -> int:
        """Walks that may be labelled at the same time."""
        ...

    def label(self, walk: Walk, checker: Checker) -> Labels:
        """Return the instructions of a walk, judged by a follower.

        Raises:
            DataError: this walk cannot be labelled.
        """
        ...

    def close(self) -> None:
        """Free what the labeller holds."""
        ...


def open_labeller(config: LabellingConfig, cache_dir: Path, seed: int) -> Labeller:
    """Return the labeller that the parameters name.

    Args:
        config: the stage's parameters.
        cache_dir: folder shared by all runs; answers of models go into "answers" below it, costs into "usage.jsonl".
        seed: the run's seed.

    Raises:
        DataError: the prompts, the key of a server or the number of variants cannot be used.
    """
    if config.labeller == "template":
        return TemplateLabeller(config, seed)
    captioner, writer = _open_models(config, cache_dir, seed)
    return ModelLabeller(
        CachedModel(captioner, cache_dir / "answers", config.max_characters),
        CachedModel(writer, cache_dir / "answers", config.max_characters),
        load_prompts(config.prompt_template),
        config,
        TemplateLabeller(config, seed),
        concurrency=config.openai.concurrency if config.labeller == "openai" else 1,
    )


def _open_models(config: LabellingConfig, cache_dir: Path, seed: int) -> tuple[ChatModel, ChatModel]:
    if config.labeller == "openai":
        served, usage = config.openai, UsageRecord(cache_dir / "usage.jsonl")
        return OpenaiModel(served, served.captioner, usage, seed), OpenaiModel(served, served.writer, usage, seed)
    local = config.transformers
    return (
        TransformersModel(local, local.captioner, sees=True, seed=seed),
        TransformersModel(local, local.writer, sees=False, seed=seed),
    )
