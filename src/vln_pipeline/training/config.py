"""Parameters of training, for any model: optimiser, schedule, loop."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from vln_pipeline.config import Config
from vln_pipeline.redaction import url_without_secret

Sharding = Literal["none", "zero2", "fsdp"]
"""What several processes share out."""


class OptimiserConfig(Config):
    """AdamW."""

    learning_rates: dict[str, float] = Field(default={"*": 1e-4}, min_length=1)
    """Learning rate by pattern of parameter names ("decoder.*"); of several that match, the last one counts. Each must
    reach a parameter that is trained, and each such parameter needs one."""
    betas: tuple[float, float] = (0.9, 0.999)
    """Decay rates of the running means of the gradient and of its square."""
    weight_decay: float = Field(default=0.0, ge=0)
    """Decoupled weight decay of matrices; vectors (biases, norms) never decay."""
    clip_norm: float = Field(default=1.0, gt=0)
    """Largest norm of the gradient of all parameters; longer ones are shortened."""
    ema_decay: float | None = Field(default=None, gt=0, lt=1)
    """Decay per step of the running mean of the weights, which is then what is validated and kept; None for the
    weights themselves."""


class ScheduleConfig(Config):
    """Factor on all learning rates over the steps."""

    kind: Literal["linear", "cosine"] = "linear"
    """How the factor falls from 1 after the warm-up."""
    warmup_steps: int = Field(default=0, ge=0)
    """Steps in which the factor rises linearly to 1."""
    decay_steps: int | None = Field(default=10_000, gt=0)
    """Steps, counted after the warm-up, in which the factor falls; it stays where it is afterwards. None for all
    steps that are left."""
    final: float = Field(default=0.5, ge=0, le=1)
    """Factor at the end."""


class TrainingConfig(Config):
    """How a model is trained; models add what is theirs."""

    seeds: tuple[int, ...] = Field(default=(0,), min_length=1)
    """One training each: initial weights, order of the samples, noise. Which scenes are held out does not depend on
    it."""
    steps: int = Field(default=1000, gt=0)
    """Steps of the optimiser."""
    batch_size: int = Field(default=32, gt=0)
    """Samples of one batch of one process."""
    accumulation: int = Field(default=1, gt=0)
    """Batches of each process whose gradients make one step."""
    processes: int = Field(default=1, gt=0)
    """Processes of a machine that share a training: one per GPU, or a few on a CPU. 2 processes give the numbers
    of 1 process with twice the accumulation."""
    nodes: int = Field(default=1, gt=0)
    """Machines that share a training, with ``processes`` each. With more than one, VLN_RENDEZVOUS says where they meet,
    and the others run ``vln-pipeline join``."""
    loader_workers: int = Field(default=0, ge=0)
    """Further processes that make batches ahead, for each process that trains; 0 makes them in between. Pays on a
    GPU."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """Where to compute; "auto" is the GPU where there is one."""
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    """Arithmetic of the forward pass; "auto" is bf16 autocast on a GPU and fp32 on a CPU."""
    compile: bool = False
    """Whether ``torch.compile`` translates the model first; pays from thousands of steps on."""
    optimiser: OptimiserConfig = OptimiserConfig()
    """The optimiser."""
    schedule: ScheduleConfig = ScheduleConfig()
    """Learning rates over the steps."""
    validation_share: float = Field(default=0.1, gt=0, lt=1)
    """Share of the scenes, at least one, that only validation sees; the same scenes in every training of a run that has
    the same share, and those that the export calls validation."""
    validation_batches: int = Field(default=8, gt=0)
    """Batches of one validation; always the same ones."""
    validate_every: int = Field(default=200, gt=0)
    """Steps from one validation to the next; the last step validates too."""
    save_every: int = Field(default=200, gt=0)
    """Steps from one saved state to the next: what an interrupted training repeats at most."""
    report_every: int = Field(default=20, gt=0)
    """Steps from one point in TensorBoard and MLflow to the next; the log has every step."""
    mlflow: Annotated[str | None, url_without_secret("set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD")] = (
        None
    )
    """Tracking URI of an MLflow server or folder; None for no MLflow. Needs the extra ``tracking``."""

    @property
    def samples_per_step(self) -> int:
        """Samples of all processes that make one step."""
        return self.batch_size * self.accumulation * self.processes * self.nodes

    @model_validator(mode="after")
    def _seeds_differ(self) -> Self:
        if len(set(self.seeds)) < len(self.seeds):
            raise ValueError(f"seeds names something twice: {self.seeds}")
        if self.nodes > 1 and len(self.seeds) > 1:
            raise ValueError("several machines share one training at a time: name one of the seeds")
        return self
