"""Parameters of the labelling stage."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, HttpUrl, model_validator

from vln_pipeline.config import Config
from vln_pipeline.labelling.verify.config import VerifyConfig
from vln_pipeline.redaction import url_without_secret, variable_name

_TEMPLATE_PROBABILITY = 0.5
"""Wordings of the template labeller are clear or lost, with hardly any between 0.3 and 0.7."""


class KeyframeConfig(Config):
    """Where a walk is cut into clips."""

    turn_angle: float = Field(default=30.0, ge=15, le=45)
    """Heading change within the window that counts as a turn, degrees."""
    window: float = Field(default=1.0, gt=0, le=3)
    """Length of path over which heading change accumulates, metres."""
    min_clip: float = Field(default=1.0, gt=0)
    """A clip with a shorter path joins its neighbour, metres."""
    max_clip: float = Field(default=6.0, gt=0)
    """A clip with a longer path is divided evenly, metres; at least twice ``min_clip``."""

    @model_validator(mode="after")
    def _halves_are_long_enough(self) -> Self:
        if self.max_clip < 2 * self.min_clip:
            raise ValueError(f"max_clip {self.max_clip} must be at least twice min_clip {self.min_clip}")
        return self


class LandmarkConfig(Config):
    """Which objects may be named, and where a person would say that they are.

    People accept "in front of" and "to the left of" less the farther a thing is off that axis, and hardly beyond half
    way to the next one (Logan and Sadler 1996); the limits here lie well within. Distances are to the nearest visible
    point and, like all thresholds without a source, ours.
    """

    frames: int = Field(default=8, ge=2, le=64)
    """Frames of a clip that are searched for landmarks, evenly spread, first and last included."""
    min_area: float = Field(default=0.004, gt=0, lt=1)
    """Share of a frame's pixels that an object must cover to be named."""
    max_distance: float = Field(default=6.0, gt=0)
    """Farthest object that is named, metres from the camera."""
    ahead: float = Field(default=20.0, gt=0, lt=45)
    """Largest bearing of an object that is told as ahead, degrees."""
    aside: float = Field(default=30.0, gt=0, lt=90)
    """Least bearing of an object that is told as left or right, degrees; between the two nothing is told."""
    beside: float = Field(default=1.3, gt=0)
    """Farthest object that one is next to, has reached, or turns at, metres."""
    passing_distance: float = Field(default=2.0, gt=0)
    """Farthest object that counts as passed, metres."""
    goal_distance: float = Field(default=2.5, gt=0)
    """Farthest object that the stopping place is described by, metres."""


class TransformersConfig(Config):
    """Models that run in this process."""

    captioner: str = "llava-hf/llava-onevision-qwen2-7b-ov-hf"
    """Image-text model that describes a clip: a hub name or a folder."""
    writer: str = "Qwen/Qwen3-8B"
    """Text model that rewrites and summarises: a hub name or a folder."""
    device: str = "cpu"
    """Torch device, for instance "cpu" or "cuda:0"."""
    dtype: Literal["float32", "bfloat16", "float16"] = "float32"
    """Number format of weights and activations."""
    batch: int = Field(default=4, ge=1)
    """Questions answered in one forward pass."""
    max_new_tokens: int = Field(default=160, ge=1)
    """Longest answer, tokens."""
    temperature: float = Field(default=0.0, ge=0, le=2)
    """0 decodes greedily; above 0 each question is sampled with a seed of its own."""


class ServedModel(Config):
    """A model behind a server."""

    name: str
    """As the server calls it."""
    price_prompt: float = Field(default=0.0, ge=0)
    """Price of 1,000 prompt tokens, in the currency of the usage record."""
    price_completion: float = Field(default=0.0, ge=0)
    """Price of 1,000 generated tokens."""


class OpenaiConfig(Config):
    """Models behind a server that speaks the OpenAI chat protocol, such as vLLM."""

    base_url: Annotated[
        HttpUrl, url_without_secret("put the key into an environment variable and name it in api_key_variable")
    ] = HttpUrl("http://127.0.0.1:8000/v1")
    """Address up to and including the version, without a trailing "/chat/completions"."""
    captioner: ServedModel = ServedModel(name="llava-hf/llava-onevision-qwen2-7b-ov-hf")
    """Image-text model that describes a clip."""
    writer: ServedModel = ServedModel(name="Qwen/Qwen3-72B")
    """Text model that rewrites and summarises."""
    api_key_variable: Annotated[str | None, variable_name()] = None
    """Environment variable, in capitals, that holds the key; None where the server asks for none."""
    concurrency: int = Field(default=8, ge=1, le=256)
    """Walks of one item that are labelled at the same time, each with one request in flight."""
    timeout: float = Field(default=300.0, gt=0)
    """Longest time for one answer, all attempts and the waits between them included, seconds."""
    attempt_timeout: float = Field(default=60.0, gt=0)
    """Longest time for one attempt, to the last byte of its answer, seconds; ends with ``timeout`` at the latest."""
    retries: int = Field(default=5, ge=0, le=20)
    """Further attempts after a first one that failed in a way that may pass."""
    backoff: float = Field(default=1.0, gt=0)
    """Wait before the first further attempt, seconds; it doubles with each, and a seeded jitter is added."""
    max_backoff: float = Field(default=60.0, gt=0)
    """Longest wait between attempts, seconds; bounds what a server may ask for, too."""
    max_tokens: int = Field(default=160, ge=1)
    """Longest answer, tokens."""
    temperature: float = Field(default=0.0, ge=0, le=2)
    """Sampling temperature."""


class LengthConfig(Config):
    """How long the wordings of a route are, in words; those of R2R by default.

    A length is drawn from a gamma distribution, and of several wordings the one that comes nearest to it is taken.
    """

    mean: float = Field(default=26.6, gt=5, le=200)
    """Mean; that of R2R's training set. RxR's are about three times as long."""
    deviation: float = Field(default=12.0, gt=1, le=100)
    """Standard deviation; about that of R2R."""


class LabellingConfig(Config):
    """How a walk is put into words."""

    labeller: Literal["template", "transformers", "openai"] = "template"
    """What writes the instructions."""
    language: Literal["en", "de"] = "en"
    """Language of the words, which the follower reads them in. Prompts of the model labellers say themselves what they
    ask for; the built-in ones ask for English."""
    variants: int = Field(default=2, ge=0, le=16)
    """Further wordings of the whole-route instruction."""
    lengths: LengthConfig = LengthConfig()
    """How long the template labeller's wordings of a route are."""
    prompt_template: Path | None = None
    """YAML file with the prompts of the model labellers; None for the built-in ones."""
    clip_frames: int = Field(default=4, ge=1, le=32)
    """Frames of a clip that a model is shown."""
    untrue: Literal["template", "drop"] = "template"
    """What becomes of a walk of which every wording of a model contradicts it, after one correction: the template's
    words, or none."""
    max_characters: int = Field(default=1200, ge=40)
    """Longest answer of a model that is accepted; a longer one is cut at a sentence end."""
    keyframes: KeyframeConfig = KeyframeConfig()
    """Where a walk is cut into clips."""
    landmarks: LandmarkConfig = LandmarkConfig()
    """Which objects may be named."""
    verify: VerifyConfig = VerifyConfig()
    """What a follower that only has the words takes for true, and which instructions are kept."""
    transformers: TransformersConfig = TransformersConfig()
    """Models that run in this process, for labeller "transformers"."""
    openai: OpenaiConfig = OpenaiConfig()
    """Models behind a server, for labeller "openai"."""

    @model_validator(mode="after")
    def _models_are_asked_for_the_language(self) -> Self:
        if self.labeller != "template" and self.language != "en" and self.prompt_template is None:
            raise ValueError(
                f"the built-in prompts ask for English, not language={self.language}: name a prompt_template of it"
            )
        return self

    @property
    def min_probability(self) -> float:
        """Least probability of ending near the goal with which a wording is kept."""
        given = self.verify.min_probability
        return given if given is not None else _TEMPLATE_PROBABILITY if self.labeller == "template" else 0.0
