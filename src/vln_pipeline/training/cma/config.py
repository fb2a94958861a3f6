"""Parameters of training CMA."""

from vln_pipeline.models.cma.config import CmaConfig
from vln_pipeline.training.single_system.config import ActionTraining


class TrainCmaConfig(ActionTraining):
    """How CMA is trained on walks; defaults are the public training's, conf/base has a small network."""

    network: CmaConfig = CmaConfig()
    """The network."""
