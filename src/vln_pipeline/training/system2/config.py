"""Parameters of training System 2."""

from typing import Literal, Self

from pydantic import Field, model_validator

from vln_pipeline.config import Config
from vln_pipeline.models.system2.config import System2Config
from vln_pipeline.training.config import Sharding, TrainingConfig
from vln_pipeline.training.system2_data.config import System2DataConfig


class LoraConfig(Config):
    """Low-rank updates of the language model in place of training its weights (Hu et al. 2021)."""

    rank: int = Field(default=16, gt=0)
    """Rank of each update."""
    alpha: int = Field(default=32, gt=0)
    """An update counts alpha / rank."""
    dropout: float = Field(default=0.0, ge=0, lt=1)
    """Share of an update's inputs dropped in training."""
    layers: tuple[str, ...] = Field(
        default=("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"), min_length=1
    )
    """Linear layers of the language model that are updated."""


class TrainSystem2Config(TrainingConfig):
    """How a Qwen2.5-VL is taught to guide; conf/base has a small random one."""

    model: System2Config = System2Config()
    """The model, and what it is shown and asked."""
    data: System2DataConfig = System2DataConfig()
    """What is learned from."""
    train_vision: bool = True
    """Whether the vision tower learns (parameters model.visual.*, without the merger)."""
    train_merger: bool = True
    """Whether the merger learns that hands image tokens to the language model (model.visual.merger.*)."""
    train_llm: bool = True
    """Whether the language model learns (model.language_model.*, lm_head.*); with ``lora``, by updates only."""
    lora: LoraConfig | None = None
    """Low-rank updates of the language model; they are merged into the weights that are kept. Needs the extra
    ``lora``."""
    gradient_checkpointing: bool = False
    """Whether activations are computed again in the backward pass: a third more time, a fraction of the memory."""
    weights: Literal["fp32", "bf16"] = "fp32"
    """Number format of weights that are not trained; trained ones are fp32, or small steps would be rounded away. bf16
    needs ``precision`` bf16, too, which on a GPU it is by itself."""
    sharding: Sharding = "none"
    """What several processes share out: nothing (each has a copy of everything), gradients and state of the optimiser
    ("zero2", ZeRO stage 2), or the weights too ("fsdp", ZeRO stage 3)."""
    answered_samples: int = Field(default=32, gt=0)
    """Samples of the validation that the model answers, to be judged."""

    @model_validator(mode="after")
    def _learns(self) -> Self:
        if not (self.train_vision or self.train_merger or self.train_llm):
            raise ValueError("train_vision, train_merger and train_llm are all off: nothing would learn")
        if self.lora is not None and not self.train_llm:
            raise ValueError("lora updates the language model, but train_llm is off")
        if self.sharding != "none" and self.optimiser.ema_decay is not None:
            raise ValueError("a running mean of the weights (ema_decay) is not kept of sharded ones")
        return self
