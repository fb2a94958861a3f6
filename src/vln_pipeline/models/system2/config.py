"""Which vision-language model System 2 is, and what it is shown."""

from typing import Literal, Self

from pydantic import Field, model_validator

from vln_pipeline.config import Config

TINY = "tiny"
"""Source that stands for a small random model made on the spot."""


class DialogueConfig(Config):
    """What the model is shown and asked; kept beside trained weights, so that it is asked as it was taught."""

    history: int = Field(default=8, ge=0)
    """Earlier views shown at most, spread evenly over the whole way so far."""
    view_size: int = Field(default=384, ge=28)
    """Edge to which the current and the earlier views are resized, whatever their shape, pixels."""
    look_down_size: tuple[int, int] | None = None
    """Width and height to which the look-down view is resized, pixels; None leaves it as the camera took it."""
    goal_size: tuple[int, int] = (640, 480)
    """Width and height of the image whose columns and rows pixel goals are told in, whatever the size of the
    look-down view; pixels."""
    min_pixels: int = Field(default=56 * 56, ge=28 * 28)
    """Smaller images are enlarged to this many pixels."""
    max_pixels: int = Field(default=313_600, ge=28 * 28)
    """Larger images are shrunk to this many pixels; a look-down view of 640 by 480 is not."""
    max_length: int = Field(default=8192, gt=0)
    """Longest conversation, tokens; a longer one is refused."""

    @model_validator(mode="after")
    def _sizes(self) -> Self:
        for name in ("look_down_size", "goal_size"):
            size = getattr(self, name)
            if size is not None and min(size) < 1:
                raise ValueError(f"{name} {list(size)} is not a width and a height of at least a pixel")
        if self.min_pixels > self.max_pixels:
            raise ValueError(f"min_pixels {self.min_pixels} is more than max_pixels {self.max_pixels}")
        return self


class TinyConfig(Config):
    """Shape of the small random Qwen2.5-VL."""

    width: int = Field(default=96, gt=0)
    """Channels of the language model."""
    layers: int = Field(default=3, gt=0)
    """Layers of the language model."""
    heads: int = Field(default=4, gt=0)
    """Attention heads of the language model; half as many for keys and values."""
    feedforward: int = Field(default=256, gt=0)
    """Hidden width of the language model's feed-forward blocks."""
    vision_width: int = Field(default=64, gt=0)
    """Channels of the vision tower."""
    vision_layers: int = Field(default=2, gt=0)
    """Layers of the vision tower."""
    vision_heads: int = Field(default=4, gt=0)
    """Attention heads of the vision tower."""
    vocabulary: int = Field(default=1536, ge=512)
    """Most tokens of the tokenizer, which is trained on the words of the prompts and of the template labeller; those
    of the chat format come on top."""
    tied: bool = False
    """Whether the weights that read words also choose them, as in the published 3B."""
    seed: int = 0
    """Of the random weights."""

    @model_validator(mode="after")
    def _divisible(self) -> Self:
        if self.width % (2 * self.heads) or self.width // self.heads < 8 or self.heads % 2:
            raise ValueError(f"width {self.width} is not shared by heads {self.heads} in even parts of at least 8")
        if self.vision_width % (4 * self.vision_heads):
            raise ValueError(f"vision_width {self.vision_width} is no multiple of 4 x heads {self.vision_heads}")
        return self


class System2Config(Config):
    """Where System 2 comes from and how it computes; the defaults are those of the published training."""

    source: str = TINY
    """Hub name or folder of a Qwen2.5-VL, for instance Qwen/Qwen2.5-VL-3B-Instruct, or "tiny" for a small random one
    with a tokenizer of its own."""
    tiny: TinyConfig = TinyConfig()
    """Shape of the small random one."""
    dialogue: DialogueConfig = DialogueConfig()
    """What it is shown and asked; weights that were trained here bring their own."""
    prompt_template: str | None = None
    """File of prompts in place of the built-in ones; weights that were trained here bring their own."""
    attention: Literal["sdpa", "eager", "flash_attention_2"] = "sdpa"
    """Implementation of attention; flash_attention_2 needs the package flash-attn and a GPU."""
