"""What a task asks a cluster for."""

from pydantic import Field, StrictInt

from vln_pipeline.config import Config


class Resources(Config):
    """What one task takes of a machine of a Ray cluster, and how often it is tried again."""

    num_cpus: float = Field(default=1, gt=0)
    """CPUs; the task uses as many threads, at least one."""
    num_gpus: float = Field(default=0, ge=0)
    """GPUs, or a share of one; a task that asks for none sees none."""
    memory_gb: float | None = Field(default=None, gt=0)
    """Memory, 10^9 bytes; None where it does not count."""
    retries: StrictInt = Field(default=2, ge=0)
    """How often a task starts anew whose worker or machine died; with 1 or more, one that failed is also tried once on
    another machine, as its own may be broken."""

    @property
    def threads(self) -> int:
        """CPU threads that the task may use."""
        return max(1, int(self.num_cpus))

    def __str__(self) -> str:
        told = [f"{self.num_cpus:g} CPUs"]
        told += [f"{self.num_gpus:g} GPUs"] if self.num_gpus else []
        told += [f"{self.memory_gb:g} GB of memory"] if self.memory_gb else []
        return ", ".join(told)


class RayConfig(Config):
    """What the tasks of each kind of stage take of a machine of a Ray cluster."""

    default: Resources = Resources()
    """Stages that are not named below."""
    rendering: Resources = Resources()
    """Frames and comparisons of renderers."""
    labelling: Resources = Resources()
    """Instructions."""
    training: Resources = Resources()
    """Trainings of models."""
    driving: Resources = Resources()
    """Agents that are evaluated, and examinations of models."""
