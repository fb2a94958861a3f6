"""Parameters of training System 1 on latent plans."""

from typing import Literal, Self

from pydantic import Field, model_validator

from vln_pipeline.models.bridge.config import BridgeConfig
from vln_pipeline.models.system2.config import System2Config
from vln_pipeline.training.config import TrainingConfig
from vln_pipeline.training.joint_data.config import WayConfig
from vln_pipeline.training.joint_data.path_target import LABEL_SCALE
from vln_pipeline.training.system2_data.config import System2DataConfig


class TrainJointConfig(TrainingConfig):
    """How System 1 is trained on latent plans; defaults are the public training's, conf/base has a small network."""

    model: BridgeConfig = BridgeConfig()
    """The network; the width of its plan follows from System 2."""
    data: System2DataConfig = System2DataConfig()
    """What it learns from; of all samples, those with a pixel goal."""
    way: WayConfig = WayConfig()
    """What it learns on the way to a pixel goal."""
    system2: System2Config | None = None
    """A System 2 in place of the one that train_system2 left."""
    weights: Literal["fp32", "bf16"] = "fp32"
    """Number format of System 2's weights, which do not learn."""
    rgb_weights: str | None = None
    """File of Depth-Anything-V2 weights that the encoder of images starts with."""
    from_system1: bool = True
    """Whether weights that the System 1 of train_system1 has under the same name and in the same shape start as its
    own; InternVLA-N1 starts from random ones."""
    start_from: str | None = None
    """Folder of a jointly trained network whose weights the training starts with, all of them."""
    query_scale: float = Field(default=1.0, gt=0)
    """Size of the latent queries at the start, 1 as published. A small System 2 reads embeddings of a tenth of that:
    plans of larger queries hardly differ from one conversation to another."""
    recompute: bool = False
    """Whether a NextDiT keeps no activations of its blocks for the gradient, but computes them again."""

    @model_validator(mode="after")
    def _paths_fit(self) -> Self:
        if self.model.system1 == "navdp_async":
            reach = self.model.navdp_async.predict_size / LABEL_SCALE  # sampled actions are clipped to 1
            if self.way.horizon > reach:
                raise ValueError(
                    f"way.horizon {self.way.horizon} m is beyond the {reach} m that navdp_async can sample"
                )
        return self
