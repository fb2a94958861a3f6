"""What every parameter must be: one configuration model per block, and one for the values outside of blocks."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StrictInt

from vln_pipeline.config import Config
from vln_pipeline.embodiments.config import VlnpeConfig
from vln_pipeline.episodes.config import VlnceConfig
from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.probes.config import ExamineSystem1Config
from vln_pipeline.evaluation.system1.config import EvaluateSystem1Config
from vln_pipeline.evaluation.system2.config import ExamineSystem2Config
from vln_pipeline.evaluation.vln.compare_config import CompareConfig
from vln_pipeline.evaluation.vln.config import EvaluateConfig
from vln_pipeline.evaluation.vln.dagger.config import DaggerConfig
from vln_pipeline.export.config import ExportConfig
from vln_pipeline.filtering.config import FilteringConfig
from vln_pipeline.labelling.config import LabellingConfig
from vln_pipeline.object_storage.address import fault_of, is_address
from vln_pipeline.planning.config import EsdfConfig
from vln_pipeline.planning.walk_config import SamplingConfig, TrajectoryConfig
from vln_pipeline.rendering.config import RenderingConfig
from vln_pipeline.runtime.executors import RayConfig
from vln_pipeline.runtime.shard import Shard
from vln_pipeline.scenes.config import ScenesConfig
from vln_pipeline.training.cma.config import TrainCmaConfig
from vln_pipeline.training.joint.config import TrainJointConfig
from vln_pipeline.training.navdp.config import TrainSystem1Config
from vln_pipeline.training.rdp.config import TrainRdpConfig
from vln_pipeline.training.seq2seq.config import TrainSeq2SeqConfig
from vln_pipeline.training.streamvln.config import TrainStreamVlnConfig
from vln_pipeline.training.system2.config import TrainSystem2Config

BLOCKS: Mapping[str, type[Config]] = {
    "scenes": ScenesConfig,
    "esdf": EsdfConfig,
    "sampling": SamplingConfig,
    "trajectories": TrajectoryConfig,
    "rendering": RenderingConfig,
    "labelling": LabellingConfig,
    "filtering": FilteringConfig,
    "export": ExportConfig,
    "train_system2": TrainSystem2Config,
    "train_system1": TrainSystem1Config,
    "train_joint": TrainJointConfig,
    "examine_system1": ExamineSystem1Config,
    "train_seq2seq": TrainSeq2SeqConfig,
    "train_cma": TrainCmaConfig,
    "train_rdp": TrainRdpConfig,
    "train_streamvln": TrainStreamVlnConfig,
    "examine_system2": ExamineSystem2Config,
    "evaluate_system1": EvaluateSystem1Config,
    "evaluate": EvaluateConfig,
    "compare": CompareConfig,
    "dagger": DaggerConfig,
    "vlnce": VlnceConfig,
    "vlnpe": VlnpeConfig,
}
"""The model of every block of ``parameters.yml``."""


def _is_place(text: str) -> str:
    if is_address(text) and (fault := fault_of(text)):
        raise ValueError(f"{text!r}: {fault}")
    if text.startswith("~"):
        raise ValueError(f"{text!r}: only a shell knows ~, and not within quotes; write the whole path")
    return text


def _is_shard(text: str) -> str:
    try:
        Shard.parse(text)
    except DataError as error:
        raise ValueError(error.cause) from error
    return text


class SeedConfig(Config):
    """The values of ``parameters.yml`` that belong to no block."""

    seed: StrictInt = Field(ge=0)
    """The run's seed, from which every random draw follows."""


class PlaceConfig(Config):
    """Where a run executes: ``globals.yml``, or ``--params`` for one run; results never depend on it."""

    data: Annotated[str, AfterValidator(_is_place)] = Field(min_length=1)
    """Folder of all stores, or their address in object storage, such as s3://bucket/data."""
    copies_gb: float = Field(default=100, gt=0)
    """10^9 bytes that a machine's copies of items in object storage may take; those used least recently go first."""
    executor: Literal["serial", "processes", "ray"]
    """This process, processes of this machine, or a cluster."""
    workers: Literal["auto"] | Annotated[StrictInt, Field(ge=1)]
    """Number of processes; "auto" is the CPUs this process may use."""
    shard: Annotated[str, AfterValidator(_is_shard)] | None
    """i/n with 0 <= i < n: only every n-th work item, from the i-th."""
    max_failures: StrictInt = Field(ge=0)
    """A run stops when more items of one stage fail."""
    ray: RayConfig
    """What tasks ask a Ray cluster for."""


PER_RUN = frozenset(PlaceConfig.model_fields) - {"data", "copies_gb", "ray"}
"""Places that ``--params`` may name."""
