"""What each node would use, and what of it is not there."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from vln_pipeline.config import Config
from vln_pipeline.embodiments.config import VlnpeConfig
from vln_pipeline.episodes.config import VlnceConfig
from vln_pipeline.episodes.episode_config import EpisodeFileConfig
from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.probes.config import ExamineSystem1Config
from vln_pipeline.evaluation.system1.agents.config import AgentsConfig
from vln_pipeline.evaluation.system1.config import EvaluateSystem1Config
from vln_pipeline.evaluation.vln.config import EvaluateConfig
from vln_pipeline.evaluation.vln.dagger.config import DaggerConfig
from vln_pipeline.evaluation.world.config import WorldConfig
from vln_pipeline.labelling.config import LabellingConfig
from vln_pipeline.object_storage import is_address
from vln_pipeline.rendering.config import RenderingConfig
from vln_pipeline.runtime.needs.files import absent, folder_of_stores, scene_files, storage
from vln_pipeline.runtime.needs.programs import blender, egl, packages
from vln_pipeline.runtime.parameters.blocks import PlaceConfig
from vln_pipeline.scenes.config import ScenesConfig
from vln_pipeline.training.meeting import meeting_point
from vln_pipeline.training.streamvln.config import TrainStreamVlnConfig

Faults = Iterator[DataError]


def missing(nodes: Iterable[str], blocks: Mapping[str, Config], place: PlaceConfig, project: Path) -> list[DataError]:
    """Return what is not there, each thing once; packages are looked for, not imported.

    Args:
        nodes: names of the nodes that run.
        blocks: the configuration of each block without a fault.
        place: where the run executes.
        project: folder that the folder of stores is relative to.
    """
    faults = [*(storage(place.data) if is_address(place.data) else folder_of_stores(project / place.data))]
    if place.executor == "ray":
        faults += packages("executor", "ray", ["ray"])
    for node in sorted(set(nodes) & set(_NEEDS)):
        if _films_splats(node, blocks):
            continue
        needs, key = _NEEDS[node]
        block, *parts = key.split(".")
        if block in blocks:
            config: Any = blocks[block]
            for part in parts:
                config = getattr(config, part)
            faults += needs(config, key)
            if is_address(place.data) and getattr(config, "nodes", 1) > 1:
                cause = "machines of one training meet in a folder that all see, and data is an address"
                faults.append(DataError(f"{key}.nodes", cause, "set it to 1, or VLN_DATA to a shared folder"))
    return list({str(fault): fault for fault in faults}.values())


def _films_splats(node: str, blocks: Mapping[str, Config]) -> bool:
    """Return whether a node films Gaussians alone, which need no renderer of the machine."""
    block, *parts = _FILMED.get(node, "").split(".")
    scenes: Any = blocks.get(block)
    for part in parts:
        scenes = getattr(scenes, part, None)
    return isinstance(scenes, ScenesConfig) and scenes.source == "splat"


def _homes(scenes: Iterable[ScenesConfig], key: str) -> Faults:
    for number, config in enumerate(scenes):
        yield from scene_files(config, f"{key}.{number}")


def _episodes(config: EpisodeFileConfig, key: str) -> Faults:
    if not config.path:
        yield DataError(f"{key}.path", "is not set", "set it to the episode file or its folder")
    yield from absent(f"{key}.path", config.path)
    yield from absent(f"{key}.graphs", config.graphs)
    if config.truth not in ("auto", "none"):
        yield from absent(f"{key}.truth", config.truth)


def _renderer(config: RenderingConfig, key: str) -> Faults:
    if config.backend == "blender" or config.look == "gl.baked":
        yield from blender(key, config.blender.python)
    if config.backend == "gl":
        yield from egl(f"{key}.backend", "raycast")
    if config.splat.rasteriser == "gl":
        yield from egl(f"{key}.splat.rasteriser", "cpu")


def _episode_renderer(config: VlnceConfig, key: str) -> Faults:
    if config.render:
        yield from _renderer(config.rendering, f"{key}.rendering")


def _robot_renderer(config: VlnpeConfig, key: str) -> Faults:
    yield from _renderer(config.rendering, f"{key}.rendering")
    yield from absent(f"{key}.vocabulary", config.vocabulary)


def _labeller(config: LabellingConfig, key: str) -> Faults:
    if config.labeller == "template":
        return
    if config.labeller == "transformers":
        yield from packages(f"{key}.labeller", "models", ["torch", "transformers"])
    variable = config.openai.api_key_variable
    if config.labeller == "openai" and variable is not None and variable not in os.environ:
        yield DataError(f"{key}.openai.api_key_variable", f"{variable} is not set", "put the API key there")
    yield from absent(f"{key}.prompt_template", config.prompt_template)


def _training(config: Any, key: str) -> Faults:
    """Return what any training needs, and what its options add."""
    learned = [] if key == "train_system1" else ["transformers", "tokenizers"]
    for name in ("start_from", "depth_weights", "rgb_weights", "embeddings", "longclip_weights"):
        yield from absent(f"{key}.{name}", getattr(config, name, None))
    words = getattr(config, "words", None)
    if words is not None:
        yield from absent(f"{key}.words.vocabulary", words.vocabulary)
        yield from absent(f"{key}.words.tokenizer", words.tokenizer)
    yield from packages(key, "models", ["torch", "safetensors", "tensorboard", "diffusers", *learned])
    if config.mlflow is not None:
        yield from packages(f"{key}.mlflow", "tracking", ["mlflow"])
    if config.nodes > 1:
        try:
            meeting_point()
        except DataError as fault:
            yield fault
    if getattr(config, "lora", None) is not None:
        yield from packages(f"{key}.lora", "lora", ["peft"])


def _stream_training(config: TrainStreamVlnConfig, key: str) -> Faults:
    yield from _training(config, key)
    yield from absent(f"{key}.data.co_training", config.data.co_training)
    for name, folder in config.data.media.model_dump().items():
        yield from absent(f"{key}.data.media.{name}", folder)


def _examination(_: Config, key: str) -> Faults:
    yield from packages(key, "models", ["torch", "transformers", "safetensors"])


def _world(config: WorldConfig, key: str) -> Faults:
    if config.backend == "habitat":
        how = "conda install habitat-sim headless -c conda-forge -c aihabitat (docs/how-to/habitat.md)"
        yield from packages(f"{key}.backend", how, ["habitat_sim"])
    elif config.renderer == "gl":
        yield from egl(f"{key}.renderer", "raycast")


def _drivers(config: EvaluateConfig | DaggerConfig, key: str) -> Faults:
    if config.agents.trained:
        yield from packages(f"{key}.agents.trained", "models", ["torch", "transformers", "diffusers", "safetensors"])
    yield from _world(config.drive.world, f"{key}.drive.world")


def _local_planners(config: AgentsConfig, key: str) -> Faults:
    if config.navdp or config.checkpoints:
        yield from packages(f"{key}.navdp", "models", ["torch", "diffusers", "safetensors"])
    for number, checkpoint in enumerate(config.checkpoints):
        yield from absent(f"{key}.checkpoints.{number}.path", checkpoint.path)


def _planners(config: EvaluateSystem1Config, key: str) -> Faults:
    yield from _local_planners(config.agents, f"{key}.agents")
    yield from _world(config.drive.world, f"{key}.drive.world")


def _probed(config: ExamineSystem1Config, key: str) -> Faults:
    yield from _local_planners(config.agents, f"{key}.agents")
    yield from _world(config.world, f"{key}.world")


_NEEDS: Mapping[str, tuple[Callable[[Any, str], Faults], str]] = {
    "scenes.load": (scene_files, "scenes"),
    "rendering.film": (_renderer, "rendering"),
    "labelling.label": (_labeller, "labelling"),
    "train_system1.train": (_training, "train_system1"),
    "train_system2.train": (_training, "train_system2"),
    "train_joint.train": (_training, "train_joint"),
    "examine_system1.load": (_homes, "examine_system1.scenes"),
    "examine_system1.ask": (_probed, "examine_system1"),
    "train_seq2seq.train": (_training, "train_seq2seq"),
    "train_cma.train": (_training, "train_cma"),
    "train_rdp.train": (_training, "train_rdp"),
    "train_streamvln.train": (_stream_training, "train_streamvln"),
    "examine_system2.ask": (_examination, "examine_system2"),
    "evaluate_system1.load": (_homes, "evaluate_system1.scenes"),
    "evaluate_system1.drive": (_planners, "evaluate_system1"),
    "evaluate.load": (_homes, "evaluate.scenes"),
    "evaluate.film": (_renderer, "evaluate.rendering"),
    "evaluate.label": (_labeller, "evaluate.labelling"),
    "evaluate.drive": (_drivers, "evaluate"),
    "dagger.roll": (_drivers, "dagger"),
    "dagger.film": (_renderer, "dagger.rendering"),
    "vlnce.read": (_episodes, "vlnce.episodes"),
    "vlnce.load": (scene_files, "vlnce.scenes"),
    "vlnce.film": (_episode_renderer, "vlnce"),
    "vlnpe.read": (_episodes, "vlnpe.episodes"),
    "vlnpe.load": (scene_files, "vlnpe.scenes"),
    "vlnpe.film": (_robot_renderer, "vlnpe"),
}
"""What looks for the needs of a node, and the key of the configuration that decides on them."""

_FILMED = {"rendering.film": "scenes", "vlnce.film": "vlnce.scenes"}
"""Nodes whose only needs are of what films, and where the configuration of the scenes that they film lies."""
