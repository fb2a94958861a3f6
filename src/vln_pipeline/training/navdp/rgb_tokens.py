"""What a frozen encoder makes of frames, kept on disk by what decides it."""

import hashlib
import logging
import tempfile
from io import BytesIO
from pathlib import Path

import numpy as np
import torch
import xxhash
from numpy.typing import NDArray
from torch import Tensor

from vln_pipeline.durable import PART
from vln_pipeline.models.navdp.encoders import RgbdEncoder

logger = logging.getLogger(__name__)

_DIGEST = 16  # bytes


class RgbTokens:
    """Gives the tokens of frames, from disk where they were wanted before.

    ::

        <folder>/<digest of the weights>/<ab>/<digest of the frame>.tokens    XXH3 of what follows, 16 bytes;
                                                                (patches, vit_dim) float16 as of NumPy's save

    They are computed in single precision whatever the training's is, so that a file does not depend on who wrote it.

    Args:
        encoder: whose encoder of colour images is frozen.
        folder: shared by all trainings.
    """

    def __init__(self, encoder: RgbdEncoder, folder: Path) -> None:
        self._encoder = encoder
        self._folder = folder / _weights_digest(encoder)

    def __call__(self, rgb: Tensor) -> Tensor:
        """Return (B, M, patches, vit_dim) of (B, M, S, S, 3) uint8 frames, on the encoder's device."""
        frames = rgb.cpu().flatten(0, 1).numpy()
        names = [hashlib.blake2b(frame.tobytes(), digest_size=16).hexdigest() for frame in frames]
        first = {name: number for number, name in reversed(list(enumerate(names)))}
        known = {name: tokens for name in first if (tokens := self._read(name)) is not None}
        missing = [name for name in first if name not in known]
        if missing:
            made = self._encode(frames[[first[name] for name in missing]])
            for name, tokens in zip(missing, made, strict=True):
                self._write(name, tokens)
                known[name] = tokens
        stacked = torch.from_numpy(np.stack([known[name] for name in names])).to(self._encoder.mean.device)
        return stacked.float().unflatten(0, rgb.shape[:2])

    @torch.no_grad()
    def _encode(self, frames: NDArray[np.uint8]) -> NDArray[np.float16]:
        device = self._encoder.mean.device
        images = torch.from_numpy(frames).to(device).movedim(-1, -3).float() / 255
        with torch.autocast(device.type, enabled=False):
            return self._encoder.rgb_tokens(images).half().cpu().numpy()

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / f"{name}.tokens"

    def _read(self, name: str) -> NDArray[np.float16] | None:
        """Return the tokens of a frame; None where they are not there, or no longer what was written, which is told."""
        path = self._path(name)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return None
        digest, tokens = content[:_DIGEST], content[_DIGEST:]
        if xxhash.xxh3_128_digest(tokens) != digest:
            logger.warning("%s: is not what was written; it is made again", path)
            return None
        return np.load(BytesIO(tokens), allow_pickle=False)

    def _write(self, name: str, tokens: NDArray[np.float16]) -> None:
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        content = BytesIO()
        np.save(content, tokens, allow_pickle=False)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=PART, delete=False) as part:
            part.write(xxhash.xxh3_128_digest(content.getbuffer()) + content.getvalue())
        Path(part.name).replace(path)


def _weights_digest(encoder: RgbdEncoder) -> str:
    digest = hashlib.sha256()
    for name, tensor in sorted(encoder.rgb_model.state_dict().items()):
        digest.update(f"{name} {tuple(tensor.shape)} ".encode() + tensor.cpu().float().numpy().tobytes())
    return digest.hexdigest()[:24]
