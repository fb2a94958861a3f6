"""StreamVLN at work: frames go in one after the other, every few steps it says the next actions.

Within a window of steps the conversation only grows, and what was read stays in a cache of keys and values. At the end
of the window both are dropped, and the next conversation begins with the memory: frames of the whole way so far, whose
tokens were computed when they were current.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vln_pipeline.models.streamvln.config import PruningConfig
from vln_pipeline.models.streamvln.context import Context
from vln_pipeline.models.streamvln.conversation import Dialogue, Message, Said, Visual, remembered_frames
from vln_pipeline.models.streamvln.load import StreamVlnParts
from vln_pipeline.models.streamvln.processing import Processor
from vln_pipeline.models.streamvln.pruning import Voxels, kept_tokens, voxels
from vln_pipeline.models.system2.conversation import Role
from vln_pipeline.models.system2.greedy import say
from vln_pipeline.rendering.camera import CameraSetting


@dataclass(frozen=True, eq=False)
class Glimpse:
    """What one step shows.

    Attributes:
        rgb: (h, w, 3) uint8 sRGB.
        depth: (h, w) float32 metres along the optical axis, 0 where nothing is hit; empty without a depth camera.
        pose: (3,) x, y, metres, and yaw, radians, in any frame that stays the same for the walk.
        camera: what sees it.
    """

    rgb: NDArray[np.uint8]
    depth: NDArray[np.float32]
    pose: NDArray[np.float64]
    camera: CameraSetting


@dataclass(frozen=True, eq=False)
class Reply:
    """What was said to one frame.

    Attributes:
        text: the words.
        state: (H,) last hidden state before the first of them.
    """

    text: str
    state: Tensor


@dataclass
class _Frame:
    """A frame that a later memory may hold."""

    square: NDArray[np.uint8]
    voxels: Voxels | None
    tokens: Tensor | None = None


class Stream:
    """Follows one walk at a time.

    Args:
        parts: the model and what belongs to it.
        pruning: which tokens of the memory are left out; None for none.
        max_new_tokens: longest answer.
    """

    def __init__(self, parts: StreamVlnParts, pruning: PruningConfig | None = None, max_new_tokens: int = 16) -> None:
        self.parts, self.pruning, self._limit = parts, pruning, max_new_tokens
        self._model, self._config = parts.model.eval(), parts.dialogue
        self.processor = Processor(parts.tokenizer, parts.model.shape, parts.dialogue.max_length)
        self._dialogue = Dialogue(parts.prompts)
        self._ends = {self.processor.end_token, parts.tokenizer.pad_token_id}
        self.begin("")

    def begin(self, instruction: str) -> None:
        """Forget everything, and begin a walk."""
        self._instruction, self._step, self._window = instruction, -1, -1
        self._frames: dict[int, _Frame] = {}
        self._context = Context(self._model.language)
        self.messages: list[Message] = []
        """The conversation of this window so far."""

    @property
    def room(self) -> int:
        """Actions until the next turn: fewer than those of a turn where the window ends before."""
        return min(self._config.actions, self._config.window - self._step % self._config.window)

    @property
    def remembered(self) -> NDArray[np.bool_] | None:
        """(N, T) which tokens of the memory this window's conversation holds; None where it has no memory."""
        visuals = [part for message in self.messages[:2] for part in message.parts if isinstance(part, Visual)]
        if len(visuals) < 2:
            return None
        kept = visuals[0].kept
        return np.ones((len(visuals[0].images), self._model.shape.side**2), bool) if kept is None else kept

    def watch(self, glimpse: Glimpse) -> None:
        """See the frame of the next step; every step's, whether an answer is wanted or not.

        Raises:
            DataError: it is no image, or has no depth where pruning needs it.
        """
        remembered = self._config.remembered_step
        if self._step % remembered:
            self._frames.pop(self._step, None)
        self._step += 1
        where = None
        if self.pruning is not None and self._step % remembered == 0:
            where = voxels(glimpse.depth, glimpse.pose, glimpse.camera, self._model.shape, self.pruning)
        self._frames[self._step] = _Frame(self.processor.square(glimpse.rgb), where)

    @torch.no_grad()
    def answer(self) -> Reply:
        """Return what the model says to the frame seen last.

        Raises:
            DataError: the conversation is too long, or the instruction cannot be given.
        """
        start = self._step - self._step % self._config.window
        before: list[int] = []
        if start != self._window:
            self._window, self._context = start, Context(self._model.language)
            steps = [*remembered_frames(start, self._config).tolist(), self._step]
            new = list(self._dialogue.first(self._instruction, self._memory(steps[:-1]), self._view()))
            self.messages = []
        else:
            steps, new, before = [self._step], [self._dialogue.later(self._view())], self.processor.closing
        encoded = self.processor.encode(new, question=True)
        self.messages += new
        words = torch.cat([torch.tensor(before, dtype=torch.int64), encoded.input_ids])
        tokens = torch.cat([self._tokens(step) for step in steps])[encoded.kept.flatten()]
        state = self._context.read(self._model.embed(words, tokens), words)[-1]
        said = say(self._model.language, self._context, state, self._ends, self._limit)
        self.messages.append(Message(Role.ASSISTANT, (Said(tuple(said)),)))
        return Reply(self.processor.decode(said), state)

    def _view(self) -> Visual:
        return Visual(self._frames[self._step].square[None])

    def _memory(self, steps: list[int]) -> Visual | None:
        if not steps:
            return None
        frames = [self._frames[step] for step in steps]
        where = [frame.voxels for frame in frames if frame.voxels is not None]
        kept = None if self.pruning is None else kept_tokens(where, self.pruning)
        return Visual(np.stack([frame.square for frame in frames]), kept)

    def _tokens(self, step: int) -> Tensor:
        """Return the (T, H) tokens of a frame, computed once."""
        frame = self._frames[step]
        if frame.tokens is None:
            square = torch.from_numpy(frame.square).permute(2, 0, 1)[None]
            frame.tokens = self._model.see(square)[0]
        return frame.tokens
