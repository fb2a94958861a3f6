"""Taught tokens per CPU-second of a training step, conversations packed in one row against padded ones.

    python benchmarks/system2_packing.py [--quick]

Both take the same conversations of the published image sizes, forward and backward, with a small random Qwen2.5-VL in
which the vision tower has about the share of the work that it has in the 7B. Walks have the length of R2R-CE's, samples
the kinds and frames that come of them, instructions the words of R2R (29 in the mean) and RxR (about a hundred), half
each. Padded conversations are attended to without a mask, as fast as they can be. The last line is one JSON object.
"""

import argparse
import json
import os
import time

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "1"

from collections.abc import Sequence

import numpy as np
import torch

from vln_pipeline.models.system2.config import System2Config, TinyConfig
from vln_pipeline.models.system2.conversation import Dialogue, history_frames
from vln_pipeline.models.system2.load import System2Parts, load
from vln_pipeline.models.system2.processing import IGNORE, Encoded
from vln_pipeline.training.system2.objective import System2Objective
from vln_pipeline.training.system2_batch import System2Batch, padded
from vln_pipeline.training.system2_data.packed_attention import attend_apart
from vln_pipeline.training.system2_data.packing import packed
from vln_pipeline.training.system2_data.patches import fast_processor

SEED, TARGET, TOLERANCE = 7, 1.3, 1e-4
SHAPE = TinyConfig(width=192, layers=6, heads=6, feedforward=512)
FRAMES, STEP, STOP_REPEATS, GOAL_SHARE = 57, 4, 5, 0.65
"""Frames of a walk, from one sample to the next, times the last one is repeated, share of samples with a pixel goal."""
WORDS = ((29, 0.4), (100, 0.5))
"""Mean and spread (of the logarithm) of the words of an instruction."""
VOCABULARY = ("walk", "past", "the", "sofa", "turn", "left", "at", "kitchen", "door", "then", "straight", "stop")


def conversations(parts: System2Parts, count: int) -> list[Encoded]:
    """Return samples as an epoch has them, in random order."""
    random = np.random.default_rng(SEED)
    processor, dialogue = fast_processor(parts), Dialogue(parts.prompts)
    floor = random.integers(0, 256, (480, 640, 3), dtype=np.uint8)
    view = random.integers(0, 256, (384, 384, 3), dtype=np.uint8)
    moments = [*range(0, FRAMES - 1, STEP), *[FRAMES - 1] * STOP_REPEATS]
    made = []
    for frame in random.choice(moments, count).tolist():
        mean, spread = WORDS[int(random.integers(len(WORDS)))]
        words = max(5, round(mean * random.lognormal(-(spread**2) / 2, spread)))
        route = " ".join(random.choice(VOCABULARY, words).tolist())
        earlier = [view] * len(history_frames(frame, parts.dialogue.history))
        asked = dialogue.ask(route, earlier, view)
        if frame == FRAMES - 1:
            answered = asked.answered("STOP")
        elif random.random() < GOAL_SHARE:
            answered = dialogue.look_down(asked.answered("↓"), floor).answered("312 305")
        else:
            answered = asked.answered("←←")
        made.append(processor.encode(answered))
    return made


def step(parts: System2Parts, batch: System2Batch) -> float:
    """Return the loss, once gradients are there."""
    parts.model.zero_grad()
    loss = System2Objective(torch.device("cpu"))(parts.model, batch)["loss"]
    loss.backward()
    return float(loss)


def measured(parts: System2Parts, batches: Sequence[System2Batch]) -> tuple[float, list[float]]:
    """Return taught tokens per CPU-second, and the losses."""
    taught = sum(int((batch.labels != IGNORE).sum()) for batch in batches)
    start = time.process_time()
    losses = [step(parts, batch) for batch in batches]
    return taught / (time.process_time() - start), losses


def main() -> None:
    """Run, print what was measured and the JSON line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="one batch of 6 rather than two of 12")
    count, batches = (6, 1) if parser.parse_args().quick else (12, 2)
    torch.set_num_threads(1)
    parts = load(System2Config(tiny=SHAPE))
    pad_token = int(parts.tokenizer.pad_token_id)
    made = conversations(parts, count * batches)
    lengths = np.array([len(one.input_ids) for one in made])
    print(f"{len(made)} conversations of {lengths.min()} to {lengths.max()} tokens, {lengths.mean():.0f} in the mean")
    groups = [made[first : first + count] for first in range(0, len(made), count)]
    step(parts, padded(made[:1], pad_token))  # warm up
    baseline, expected = measured(parts, [padded(group, pad_token) for group in groups])
    attend_apart(parts.model)
    rate, losses = measured(parts, [packed(group) for group in groups])
    difference = float(np.abs(np.subtract(losses, expected)).max())
    ratio = rate / baseline
    print(f"padded {baseline:.3g}, packed {rate:.3g} taught tokens per CPU-second; losses differ by {difference:.2g}")
    told = {
        "name": "system2_packing",
        "value": float(f"{rate:.4g}"),
        "unit": "taught tokens per CPU-second, forward and backward",
        "baseline": float(f"{baseline:.4g}"),
        "ratio": float(f"{ratio:.4g}"),
        "target": TARGET,
        "ok": bool(ratio >= TARGET and difference <= TOLERANCE),
        "detail": {
            "largest_difference_of_losses": difference,
            "tokens_mean": float(f"{lengths.mean():.4g}"),
            "tokens_longest": int(lengths.max()),
            "batch_size": count,
        },
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
