"""Parameters of a server."""

import re
from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator

from vln_pipeline.config import Config

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class ServeConfig(Config):
    """Where a server listens, and what it takes from whoever asks."""

    host: str = "127.0.0.1"
    """Address to listen on; any but loopback needs a token."""
    port: int = Field(default=8888, ge=0, le=65535)
    """Port to listen on; 0 for a free one."""
    token: SecretStr | None = None
    """What every request but that for the state has to carry, as ``Authorization: Bearer``; null for none."""
    robots: int = Field(default=16, ge=1)
    """Robots that are remembered at a time."""
    idle: float = Field(default=600.0, gt=0)
    """Seconds of silence after which a connection over the native contract is closed."""
    give_way: float = Field(default=120.0, gt=0)
    """Seconds after which a robot that asks for nothing gives its place to another, where all are taken."""
    waiting: int = Field(default=32, ge=1)
    """Requests that may wait for the network; those beyond are refused at once."""
    together: int = Field(default=1, ge=1)
    """Robots that a NavDP network plans for in one run at most; more than 1 saves time on GPUs alone."""
    deadline: float = Field(default=30.0, gt=0)
    """Seconds from a request's first byte to the end of its answer."""
    largest: int = Field(default=16 * 2**20, ge=1024)
    """Bytes of the largest request."""
    pixels: int = Field(default=8_000_000, ge=1)
    """Pixels of the largest image; one request's images of several robots are one."""
    frames: int = Field(default=2000, ge=1)
    """Requests of one episode of InternNav's contract at most, whose images are kept."""
    episode_bytes: int = Field(default=2**30, ge=1)
    """Bytes of the images of one episode at most that are kept for System 2, of InternNav's agents unpacked ones."""
    gap: int = Field(default=8, ge=0)
    """Requests over ``/eval_dual`` for which a goal of System 2 holds."""
    rethink: float = Field(default=2.0, ge=0)
    """Age of a goal, seconds, at which System 2 is asked anew over the native contract."""
    stale: float = Field(default=8.0, gt=0)
    """Age, seconds, at which an answer of System 2, or its goal, counts no more over the native contract."""
    swapped_channels: bool = True
    """Whether red and blue are swapped in colour images of NavDP's contract, as its published clients send them."""

    @field_validator("token")
    @classmethod
    def _token_can_be_sent(cls, token: SecretStr | None) -> SecretStr | None:
        # An empty one guards nothing, and headers cannot carry the rest.
        if token is not None and not re.fullmatch(r"[!-~]([ -~]*[!-~])?", token.get_secret_value()):
            raise ValueError("the token is empty, or has characters that a header cannot carry")
        return token

    @model_validator(mode="after")
    def _others_need_a_token(self) -> Self:
        if self.host not in _LOOPBACK and self.token is None:
            raise ValueError(f"host {self.host} can be reached by others; give a token file")
        return self
