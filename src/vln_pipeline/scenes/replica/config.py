"""Parameters of the ``replica`` source."""

from vln_pipeline.scenes.published.config import PublishedConfig


class ReplicaConfig(PublishedConfig):
    """Which scenes of Replica, and how to read them."""

    licence: str = "Replica Dataset Research Terms: non-commercial research and education only"
    """Terms of the scenes, as a dataset card should print them."""
