"""Training samples by number: what System 2 is asked, and what System 1 sees and does on the way to its goal."""

from typing import Any

import numpy as np

from vln_pipeline.training.joint_batch import JointSample
from vln_pipeline.training.joint_data.config import WayConfig
from vln_pipeline.training.joint_data.way import sample_of
from vln_pipeline.training.joint_data.way_reader import read_way
from vln_pipeline.training.system2_data.dataset import System2Dataset
from vln_pipeline.training.system2_data.sample_table import Row


class JointDataset(System2Dataset):
    """As its base, of samples with a pixel goal only; where a frame on the way cannot be read, another is drawn too.

    Args:
        given: see ``System2Dataset``.
        way: what is learned on the way to a goal.
        size: edge of the network's images, pixels.
        count: waypoints that it predicts.
        named: see ``System2Dataset``.
    """

    def __init__(self, *given: Any, way: WayConfig, size: int, count: int, **named: Any) -> None:
        super().__init__(*given, **named)
        self._way, self._size, self._count = way, size, count

    def _sample(self, row: Row, random: np.random.Generator) -> JointSample:
        asked = super()._sample(row, random)
        return sample_of(read_way(row), asked, self._way, size=self._size, count=self._count)
