"""CPU seconds of StreamVLN's turns over an episode of 128 steps, cached and without a cache, and what pruning saves.

    python benchmarks/streaming.py [--quick] [--scene FILE.glb]

The robot walks between places of a home, or of a scene that is given. Frames have the published number of tokens,
27 x 27 patches in 14 x 14. The network is small, yet wide enough that products of matrices take the time and not calls,
as at the published size. Random weights say nothing, so that the answers are dictated: four actions each.

The baseline is the same model without streaming: nothing is kept from turn to turn. In every turn it encodes all frames
of the window's conversation again, those of the memory included, and reads all words again; only within an answer it
keeps keys and values, as any program does that calls generate(). The gain over it is what has a target. The detail has
the gain over use_cache=False besides, which reads everything again for each word of an answer; that is easier to reach.
Both are means over the turns of the last window, its first turn included.

The least of several rounds counts, turn by turn; use_cache=False has one round. The last line is one JSON object.
"""

import argparse
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import gettempdir
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["NUMBA_NUM_THREADS"] = "1"
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy as np
import torch
from PIL import Image

from dual_latency import Dictated
from rounding import rounded
from vln_pipeline.evaluation.vln.agents.agent import Task, Truth
from vln_pipeline.evaluation.vln.agents.oracle import ShortestWay
from vln_pipeline.evaluation.vln.episode import Episode
from vln_pipeline.evaluation.vln.protocol import PROTOCOLS
from vln_pipeline.evaluation.vln.rules import Rules
from vln_pipeline.evaluation.world.builtin import BuiltinWorld
from vln_pipeline.evaluation.world.config import WorldConfig
from vln_pipeline.evaluation.world.robot import Robot
from vln_pipeline.models.streamvln.config import PruningConfig, StreamVlnConfig, TinyConfig
from vln_pipeline.models.streamvln.context import Context
from vln_pipeline.models.streamvln.conversation import Visual
from vln_pipeline.models.streamvln.load import load
from vln_pipeline.models.streamvln.stream import Glimpse, Stream
from vln_pipeline.models.system2.greedy import Reading, say
from vln_pipeline.planning.config import EsdfConfig
from vln_pipeline.planning.navigation import build_navigation_map
from vln_pipeline.planning.trajectory import Action
from vln_pipeline.scenes.config import ScenesConfig
from vln_pipeline.scenes.source import open_source

STEPS, WINDOW, TURN = 128, 32, 4
FLAT, GAIN, SAVED, LIMIT = 1.1, 5.0, 0.15, 1e-4
"""Most that a turn of the last quarter may take over one of the second, least gain of the cache, least share of the
memory that pruning saves at each size of voxels, largest difference of the states that answers are chosen from."""
VOXELS = (0.25, 0.5)
SEED = 7
SHAPE = TinyConfig(image_size=378, width=256, layers=2, heads=4, feedforward=1024, vision_width=64, vision_heads=4)


class Rereading:
    """In place of a context: keeps no keys and values, and reads everything again for each word.

    Args:
        language: a ``Qwen2ForCausalLM``.
    """

    def __init__(self, language: Any) -> None:
        self._language, self._read = language.model, torch.empty(0, language.config.hidden_size)

    def read(self, embeddings: torch.Tensor, _: torch.Tensor) -> torch.Tensor:
        """Read on, (n, H), and return (n, H) last hidden states."""
        self._read = torch.cat([self._read, embeddings])
        states = self._language(inputs_embeds=self._read[None], use_cache=False).last_hidden_state[0]
        return states[-len(embeddings) :]


def walked(scene_file: str | None, *, colours: bool) -> tuple[str, list[Glimpse]]:
    """Return a scene's name, and what the robot sees at each step of a walk from place to place.

    Args:
        scene_file: of a scene; None for a home.
        colours: whether frames are what the camera sees, or noise, which costs less.
    """
    told = {"source": "mesh", "mesh": {"path": scene_file}} if scene_file else {}
    source = open_source(ScenesConfig.model_validate(told), SEED)
    scene = source.load(source.discover()[0])
    rules = Rules(PROTOCOLS["internnav"], scale=0.25)
    nav = build_navigation_map(scene, EsdfConfig(height=1.5))
    world = BuiltinWorld(lambda _: (scene, nav), WorldConfig(body=rules.body), seed=SEED, cache=Path(gettempdir()))
    world.load(scene.id)
    draw = np.random.default_rng(SEED)
    robot = Robot(world, np.append(world.sample_point(draw), 0.0), rules.motion, draw)
    seen: list[Glimpse] = []
    while len(seen) < STEPS:
        goal = world.sample_point(draw)
        if not 1.0 < world.distance(robot.pose[:3], goal) < np.inf:
            continue
        agent = ShortestWay()
        way = np.stack([robot.pose[:3], goal])
        agent.reset(Task("", rules.motion, SEED), Truth(world, robot, Episode("walk", 0, robot.pose, goal, way, "")))
        for _ in range(STEPS):
            action = agent.step(None)
            if action is Action.STOP or len(seen) == STEPS:
                break
            view = robot.see(rules.camera, rgb=colours)
            noise = draw.integers(0, 256, (*view.depth.shape, 3), dtype=np.uint8)
            rgb = noise if view.rgb is None else view.rgb
            seen.append(Glimpse(rgb, view.depth, robot.odometry.copy(), robot.aim(rules.camera)))
            robot.act(action)
    world.close()
    return scene.id, seen


class Episodes:
    """Walks the same way again and again.

    Args:
        walk: what is seen.
    """

    def __init__(self, walk: list[Glimpse]) -> None:
        self.walk = walk
        self.parts = load(StreamVlnConfig(tiny=SHAPE))
        self.head = self.parts.model.language.lm_head = Dictated(len(self.parts.tokenizer))
        self.end = self.parts.tokenizer.convert_tokens_to_ids("<|im_end|>")
        self.said = self.parts.tokenizer("↑↑←→")["input_ids"]

    def dictate(self) -> None:
        """Have the next answer be four actions."""
        self.head.tokens = [*self.said, self.end]

    def cached(self, pruning: PruningConfig | None = None) -> tuple[Stream, list[float]]:
        """Return the stream, and the CPU seconds of every turn."""
        stream = Stream(self.parts, pruning)
        stream.begin("Walk past the sofa, turn left at the kitchen door and stop next to the dining table.")
        seconds = []
        for step, glimpse in enumerate(self.walk):
            stream.watch(glimpse)
            if step % TURN == 0:
                self.dictate()
                begun = time.process_time()
                stream.answer()
                seconds.append(time.process_time() - begun)
        return stream, seconds

    @torch.no_grad()
    def anew(
        self, stream: Stream, turns: int, reading: Callable[[Any], Reading] = Context
    ) -> tuple[float, torch.Tensor]:
        """Return the CPU seconds of one turn without what was read before, and the state its answer is chosen from.

        Args:
            stream: at the end of a window.
            turns: of the window that are left out at its end.
            reading: what is kept within the answer.
        """
        messages = stream.messages[: len(stream.messages) - 1 - 2 * turns]
        self.dictate()
        begun = time.process_time()
        encoded = stream.processor.encode(messages, question=True)
        model = self.parts.model
        context = reading(model.language)
        embeddings = model.embed(encoded.input_ids, model.see(encoded.images)[encoded.kept])
        state = context.read(embeddings, encoded.input_ids)[-1]
        say(model.language, context, state, {self.end}, 16)
        return time.process_time() - begun, state


def differs(episodes: Episodes, pruning: PruningConfig | None) -> float:
    """Return the largest difference between states with the cache and without it: last window, first and last turn."""
    stream = Stream(episodes.parts, pruning)
    stream.begin("Walk past the sofa and stop.")
    largest = 0.0
    for step, glimpse in enumerate(episodes.walk):
        stream.watch(glimpse)
        if step % TURN == 0 and (step < WINDOW or step >= STEPS - WINDOW):
            episodes.dictate()
            state = stream.answer().state
            if step in (STEPS - WINDOW, STEPS - TURN):
                largest = max(largest, float((state - episodes.anew(stream, 0)[1]).abs().max()))
    return largest


def saved(episodes: Episodes, voxel: float, picture: str | None) -> float:
    """Return the share of the memory's tokens that pruning leaves out, over all windows that have one.

    Args:
        episodes: walks.
        voxel: edge, metres.
        picture: file for the last memory, tokens that are left out darkened; None for none.
    """
    stream = Stream(episodes.parts, PruningConfig(voxel=voxel))
    stream.begin("Walk.")
    kept = []
    for step, glimpse in enumerate(episodes.walk):
        stream.watch(glimpse)
        if step and step % WINDOW == 0:
            episodes.dictate()
            stream.answer()
            kept.append(stream.remembered)
    if picture:
        memory = next(part for part in stream.messages[1].parts if isinstance(part, Visual))
        edge = memory.images.shape[1] // int(memory.kept.shape[1] ** 0.5)
        shown = memory.kept.reshape(len(memory.images), -1, memory.images.shape[1] // edge)
        light = 0.2 + 0.8 * np.kron(shown, np.ones((1, edge, edge)))[..., None]
        rows = (memory.images * light).astype(np.uint8).reshape(2, -1, *memory.images.shape[1:])
        Image.fromarray(np.concatenate([np.concatenate(row, axis=1) for row in rows])).save(picture, quality=80)
    return 1 - float(np.mean(kept))


def main() -> None:
    """Measure, print, and exit with 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="two rounds instead of four")
    parser.add_argument("--scene", help="file of a scene; a home of the program's own without")
    parser.add_argument("--picture", help="file for a memory pruned by voxels of half a metre")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    scene, walk = walked(arguments.scene, colours=arguments.picture is not None)
    episodes = Episodes(walk)
    last = WINDOW // TURN
    rounds, anew = [], []
    for _ in range(2 if arguments.quick else 4):
        stream, seconds = episodes.cached()
        rounds.append(seconds)
        anew.append([episodes.anew(stream, left)[0] for left in range(last)])
    turns = np.min(rounds, axis=0)
    quarters = turns.reshape(4, -1).mean(axis=1)
    without = np.min(anew, axis=0).mean()
    rereading = np.mean([episodes.anew(stream, left, Rereading)[0] for left in range(last)])
    streaming = turns[-last:].mean()
    gain = float(without / streaming)
    flat = float(quarters[3] / quarters[1])
    difference = max(differs(episodes, pruning) for pruning in (None, PruningConfig()))
    pictures = (None, arguments.picture)
    shares = {f"{voxel:g}": saved(episodes, voxel, picture) for voxel, picture in zip(VOXELS, pictures, strict=True)}
    result = {
        "name": "streaming",
        "value": float(turns.mean()),
        "unit": "CPU seconds of a turn",
        "baseline": float(without),
        "ratio": gain,
        "target": GAIN,
        "ok": bool(gain >= GAIN and flat <= FLAT and difference <= LIMIT and min(shares.values()) >= SAVED),
        "detail": {
            "scene": scene,
            "gain_over_no_cache_across_turns": gain,
            "gain_over_use_cache_false": float(rereading / streaming),
            "use_cache_false_s": float(rereading),
            "last_quarter_over_second": flat,
            "quarters_s": quarters.tolist(),
            "first_turn_of_a_window_s": float(turns[last::last].mean()),
            "largest_difference": difference,
            "memory_tokens": stream.remembered.size,
            "saved_by_voxel_m": shares,
        },
    }
    print(json.dumps(rounded(result)))
    raise SystemExit(0 if result["ok"] else 1)


if __name__ == "__main__":
    main()
