"""The ``procedural`` source: homes made from the seed."""

import hashlib

from vln_pipeline.scenes.procedural.config import ProceduralConfig
from vln_pipeline.scenes.procedural.generator import generate_home
from vln_pipeline.scenes.scene import Scene
from vln_pipeline.scenes.source import SceneRef


class ProceduralSource:
    """Generates homes; the home of an index does not depend on how many there are.

    Args:
        config: what kind of homes, and how many.
        seed: the run's seed.
    """

    def __init__(self, config: ProceduralConfig, seed: int) -> None:
        self._config, self._seed = config, seed

    def discover(self) -> tuple[SceneRef, ...]:
        """Return the homes by index."""
        kind = self._config.model_copy(update={"count": 1}).model_dump_json()
        digest = hashlib.sha256(f"{self._seed} {kind}".encode()).hexdigest()
        return tuple(
            SceneRef(f"home_{index:04d}", "procedural", str(index), digest) for index in range(self._config.count)
        )

    def load(self, ref: SceneRef) -> Scene:
        """Return one home."""
        return generate_home(self._config, self._seed, int(ref.location))
