"""Shape of a cross-modal attention network; defaults are InternNav's and VLN-CE's."""

from pydantic import Field

from vln_pipeline.config import Config
from vln_pipeline.models.single_system.config import InstructionConfig, PlacedDepthConfig, PlacedRgbConfig, Shown


class CmaConfig(Config):
    """A state that asks the words, and words that ask the images."""

    instruction: InstructionConfig = InstructionConfig()
    """Encoder of words; it reads both ways."""
    rgb: PlacedRgbConfig = PlacedRgbConfig()
    """Encoder of colour images."""
    depth: PlacedDepthConfig = PlacedDepthConfig()
    """Encoder of depth images."""
    state: int = Field(default=512, gt=0, multiple_of=2)
    """Width of both recurrent states; attention is half as wide."""

    @property
    def shown(self) -> Shown:
        """How it is shown what there is."""
        return Shown(self.rgb.size, self.depth.size, self.depth.reach, self.instruction.length)
