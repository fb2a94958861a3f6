"""Parameters of training StreamVLN."""

from typing import Literal, Self

from pydantic import Field, model_validator

from vln_pipeline.models.streamvln.config import TINY, StreamVlnConfig
from vln_pipeline.training.config import OptimiserConfig, ScheduleConfig, Sharding, TrainingConfig
from vln_pipeline.training.streamvln_data.config import StreamVlnDataConfig

TunablePart = Literal["mm_vision_tower", "mm_mlp_adapter", "mm_language_model"]
"""Parts by their published names: parameters vision.*, projector.* and language.*."""


class TrainStreamVlnConfig(TrainingConfig):
    """How a StreamVLN is taught to walk; conf/base has a small random one."""

    stage: Literal[1, 2] = 1
    """1 learns from walks alone; 2 goes on from a checkpoint of stage 1, with other tasks mixed in."""
    model: StreamVlnConfig = StreamVlnConfig()
    """The model, and what it is shown and asked."""
    data: StreamVlnDataConfig = StreamVlnDataConfig()
    """What is learned from."""
    optimiser: OptimiserConfig = OptimiserConfig(learning_rates={"*": 2e-5, "vision.*": 5e-6})
    """The optimiser; the defaults are the published rates."""
    schedule: ScheduleConfig = ScheduleConfig(kind="cosine", warmup_steps=264, decay_steps=None, final=0.925)
    """Learning rates over the steps. The published stage 1 is a cosine down to 1.85e-5 of 2e-5 after 7.5 % warm-up of
    450,000 samples in steps of 128; stage 2 has 3 % warm-up and ``final`` 0."""
    mm_tunable_parts: tuple[TunablePart, ...] = Field(
        default=("mm_vision_tower", "mm_mlp_adapter", "mm_language_model"), min_length=1
    )
    """Parts that learn."""
    gradient_checkpointing: bool = False
    """Whether activations are computed again in the backward pass: a third more time, a fraction of the memory."""
    weights: Literal["fp32", "bf16"] = "fp32"
    """Number format of weights that are not trained; trained ones are fp32, or small steps would be rounded away. bf16
    needs ``precision`` bf16, too, which on a GPU it is by itself."""
    sharding: Sharding = "none"
    """What several processes share out: nothing (each has a copy of everything), gradients and state of the optimiser
    ("zero2", ZeRO stage 2), or the weights too ("fsdp", ZeRO stage 3)."""

    @model_validator(mode="after")
    def _stage_fits(self) -> Self:
        if self.stage == 1 and self.data.co_training is not None:
            raise ValueError("data.co_training is what stage 2 mixes in: set stage=2, or unset it")
        if self.stage == 2 and self.data.co_training is None:
            raise ValueError("stage 2 mixes other tasks in: name their file in data.co_training")
        if self.stage == 2 and self.model.source == TINY:
            raise ValueError("stage 2 goes on from a checkpoint of stage 1: name its folder in model.source")
        return self

    @model_validator(mode="after")
    def _parts_learn(self) -> Self:
        if len(set(self.mm_tunable_parts)) < len(self.mm_tunable_parts):
            raise ValueError(f"mm_tunable_parts names something twice: {self.mm_tunable_parts}")
        if self.sharding != "none" and self.optimiser.ema_decay is not None:
            raise ValueError("a running mean of the weights (ema_decay) is not kept of sharded ones")
        return self
