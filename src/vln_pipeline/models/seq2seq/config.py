"""Shape of a Seq2Seq; defaults are InternNav's and VLN-CE's."""

from pydantic import Field

from vln_pipeline.config import Config
from vln_pipeline.models.single_system.config import DepthConfig, InstructionConfig, RgbConfig, Shown


class Seq2SeqConfig(Config):
    """Words, colour and depth, each as one vector, into a recurrent state."""

    instruction: InstructionConfig = InstructionConfig()
    """Encoder of words; it reads forwards."""
    rgb: RgbConfig = RgbConfig()
    """Encoder of colour images."""
    depth: DepthConfig = DepthConfig()
    """Encoder of depth images."""
    state: int = Field(default=512, gt=0)
    """Width of the recurrent state."""
    previous_action: bool = False
    """Whether it is told its last action."""

    @property
    def shown(self) -> Shown:
        """How it is shown what there is."""
        return Shown(self.rgb.size, self.depth.size, self.depth.reach, self.instruction.length)
