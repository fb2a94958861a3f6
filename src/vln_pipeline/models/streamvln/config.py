"""Which model StreamVLN is, what it is shown in which turns, and which tokens it remembers."""

from typing import Literal, Self

from pydantic import Field, model_validator

from vln_pipeline.config import Config

TINY = "tiny"
"""Source that stands for a small random model made on the spot."""


class DialogueConfig(Config):
    """How a walk is cut into conversations; kept beside trained weights, so that it is shown as it was taught."""

    window: int = Field(default=32, gt=0)
    """Steps of one conversation; the next one begins anew, with a memory of what was seen before."""
    actions: int = Field(default=4, gt=0)
    """Actions of one turn: each turn shows one frame."""
    history: int = Field(default=8, ge=0)
    """Earlier frames that a conversation remembers, spread evenly over the whole way before it."""
    max_length: int = Field(default=32_768, gt=0)
    """Longest conversation, tokens; a longer one is refused."""

    @property
    def remembered_step(self) -> int:
        """Steps between the frames that a memory may hold; whatever the conversation, they are multiples of it."""
        return self.window // self.history if self.history else self.window

    @model_validator(mode="after")
    def _parts_fit(self) -> Self:
        if self.window % self.actions:
            raise ValueError(f"window {self.window} is no whole number of turns of {self.actions} actions")
        if self.history and self.window % self.history:
            raise ValueError(f"window {self.window} is not divided evenly by history {self.history}")
        return self


class PruningConfig(Config):
    """Voxel-based spatial pruning of the memory (arXiv 2507.05240, algorithm 1)."""

    voxel: float = Field(default=0.25, gt=0)
    """Edge of a voxel, metres. The paper does not tell it; 0.25 to 0.5 is a public replay's range without loss."""
    period: int = Field(default=4, ge=1)
    """K: remembered frames in a row of which the latest token of a voxel stands for all its tokens."""
    least_share: float = Field(default=0.0, ge=0, lt=1)
    """theta: a frame of whose tokens a smaller share is left is forgotten altogether."""
    nearest: float = Field(default=0.05, ge=0)
    """Depth below which a measurement is none, metres."""
    farthest: float = Field(default=10.0, gt=0)
    """Depth above which a measurement is none, metres; tokens without one are in no voxel and are not kept."""


class AnyresConfig(Config):
    """How many tiles a single image of any shape may take."""

    grid: int = Field(default=6, ge=1)
    """Tiles along an edge at most: grids are (1x1) to (grid x grid)."""
    most: int = Field(default=9, ge=1)
    """Tiles at most; larger grids are not chosen."""


class TinyConfig(Config):
    """Shape of the small random model."""

    width: int = Field(default=96, gt=0)
    """Channels of the language model."""
    layers: int = Field(default=3, gt=0)
    """Layers of the language model."""
    heads: int = Field(default=4, gt=0)
    """Attention heads of the language model; half as many for keys and values."""
    feedforward: int = Field(default=256, gt=0)
    """Hidden width of the language model's feed-forward blocks."""
    image_size: int = Field(default=84, ge=28)
    """Edge to which images are resized, pixels; patches have 14."""
    vision_width: int = Field(default=64, gt=0)
    """Channels of the vision tower."""
    vision_layers: int = Field(default=2, gt=0)
    """Layers of the vision tower."""
    vision_heads: int = Field(default=4, gt=0)
    """Attention heads of the vision tower."""
    vocabulary: int = Field(default=1536, ge=512)
    """Most tokens of the tokenizer, which is trained on the words of the prompts and of the template labeller; those
    of the chat format come on top."""
    seed: int = 0
    """Of the random weights."""

    @model_validator(mode="after")
    def _divisible(self) -> Self:
        if self.width % (2 * self.heads) or self.heads % 2:
            raise ValueError(f"width {self.width} is not shared by an even number of heads {self.heads} in even parts")
        if self.vision_width % self.vision_heads:
            raise ValueError(f"vision_width {self.vision_width} is no multiple of vision_heads {self.vision_heads}")
        return self


class StreamVlnConfig(Config):
    """Where the model comes from and how it computes."""

    source: str = TINY
    """Hub name or folder in the layout of LLaVA-Video-7B-Qwen2, for instance lmms-lab/LLaVA-Video-7B-Qwen2, a released
    StreamVLN or one that was trained here, or "tiny" for a small random one with a tokenizer of its own."""
    tiny: TinyConfig = TinyConfig()
    """Shape of the small random one."""
    dialogue: DialogueConfig = DialogueConfig()
    """What it is shown in which turns; weights that were trained here bring their own."""
    prompt_template: str | None = None
    """File of prompts in place of the built-in ones; weights that were trained here bring their own."""
    attention: Literal["sdpa", "eager", "flash_attention_2"] = "sdpa"
    """Implementation of attention; flash_attention_2 needs the package flash-attn and a GPU."""
