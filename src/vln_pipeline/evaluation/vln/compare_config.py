"""Parameters of the comparison of agents."""

from pydantic import Field

from vln_pipeline.config import Config


class CompareConfig(Config):
    """How agents that drove the episodes of ``evaluate`` are set beside one another."""

    reference: str | None = None
    """Agent that the others are tested against, without the seed of its training: dual, for instance. Null for the one
    with the highest success rate that is not privileged."""
    resamples: int = Field(default=2000, ge=100)
    """Bootstrap samples behind each confidence interval."""
    maps: int = Field(default=24, ge=0)
    """Episodes that are drawn with the ways of all agents: those on which the agents differ most."""
