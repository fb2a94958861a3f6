"""A model that invents facts in three of ten answers: most inventions are caught, and all that it costs is counted."""

import json
from dataclasses import replace

import numpy as np
import pytest
from chat_server import serving
from drawn_footage import film, flat, walk_of
from drawn_path import legs

from vln_pipeline.labelling.config import LabellingConfig, OpenaiConfig, ServedModel
from vln_pipeline.labelling.label import label_footage
from vln_pipeline.labelling.verify.config import VerifyConfig
from vln_pipeline.scenes.scene import Part
from vln_pipeline.seeding import generator

WALKS, SHARE, FAILS_EVERY = 40, 0.3, 9
ARMCHAIR = ("armchair", (2.2, 1.4, 0.4), (0.6, 0.6, 0.8))
TRUE = "Walk out of the bedroom into the hallway, pass the armchair on your left, turn left and stop in the hallway."
INVENTED = [
    "Walk past the grand piano on your right, go into the hallway, turn left and stop in the hallway.",
    "Walk into the hallway, pass the armchair on your right, turn left and stop in the hallway.",
    "Walk out of the bedroom into the kitchen, turn left and stop there.",
    "Walk into the hallway, pass the armchair on your left, turn right and stop in the hallway.",
    "Walk into the hallway, turn left and stop in front of the refrigerator.",
    "Turn left, then walk out of the bedroom into the hallway and stop in the bedroom.",
    "You will see a bathtub on your left. Walk into the hallway, turn left and stop in the hallway.",
    "Walk up to the wardrobe, go into the hallway, turn left and stop in the hallway.",
]


class Inventor:
    """Answers what it is asked, and keeps which routes it invented facts in, and which were sent back."""

    def __init__(self):
        self.draw, self.calls, self.refused = generator(0, "inventions"), 0, 0
        self.invented, self.sent_back = [], []

    def __call__(self, body):
        self.calls += 1
        if self.calls % FAILS_EVERY == 0:
            self.refused += 1
            return 503, {}, {"error": "busy"}
        prompt = body["messages"][0]["content"][-1]["text"]
        text = f"Walk on and turn left. {self.calls}"
        if "Not so:" in prompt:
            self.sent_back.append(next((text for text in self.invented if text in prompt), ""))
            text = f"{TRUE} ({self.calls})"
        elif "Join them into one instruction" in prompt:
            text = f"{TRUE} ({self.calls})"
            if self.draw.random() < SHARE:
                text = f"{INVENTED[len(self.invented) % len(INVENTED)]} ({self.calls})"
                self.invented.append(text)
        message = {
            "choices": [{"message": {"content": text}}],
            "usage": {"prompt_tokens": 1000, "completion_tokens": 100},
        }
        return 200, {}, message


@pytest.fixture(scope="module")
def flat_of_an_armchair(tmp_path_factory):
    scene, nav = flat((("bedroom", -2.0, 1.2), ("hallway", 1.2, 20.0)))
    _, centre, size = ARMCHAIR
    corners = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)]) * size + centre
    sides = [
        [0, 1, 3],
        [0, 3, 2],
        [4, 6, 7],
        [4, 7, 5],
        [0, 4, 5],
        [0, 5, 1],
        [2, 3, 7],
        [2, 7, 6],
        [0, 2, 6],
        [0, 6, 4],
    ]
    scene = replace(scene, parts=(*scene.parts, Part("armchair", corners, np.array(sides, np.int32), 0, "armchair", 2)))
    walks = []
    for number in range(WALKS):
        path, yaw = legs(3.2 + 0.1 * (number // 2), (0.45, 90.0), 1.5 + 0.5 * (number % 2))
        walks.append(walk_of(path[::10], yaw[::10], number))
    return scene, nav, [(walk, film(tmp_path_factory.mktemp("armchair"), [ARMCHAIR], [walk])) for walk in walks]


def test_nine_of_ten_inventions_are_caught_and_costs_and_retries_are_counted(flat_of_an_armchair, tmp_path):
    """Nothing looked at what a model wrote: a piano that is not there, or a turn to the wrong side, was exported. Now
    the words are followed on the map, and what the walk contradicts goes back once with its reason."""
    scene, nav, filmed = flat_of_an_armchair
    inventor, model = Inventor(), ServedModel(name="m", price_prompt=0.001, price_completion=0.01)
    with serving(inventor) as server:
        served = OpenaiConfig(base_url=server.url, captioner=model, writer=model, concurrency=1, backoff=0.001)
        verify = VerifyConfig(max_places=60, reach=4.0)
        config = LabellingConfig(labeller="openai", openai=served, variants=0, clip_frames=1, verify=verify)
        kept = [
            labels  # each walk has a cache of its own, or the answers to one would be taken for those to the next
            for number, (walk, footage) in enumerate(filmed)
            for labels in label_footage(
                scene.rooms, lambda: scene, nav, [walk], footage, config, tmp_path / str(number), 0
            ).kept
        ]
    caught = [text for text in inventor.invented if text in inventor.sent_back]
    assert len(inventor.invented) >= 0.2 * WALKS
    assert len(caught) >= 0.9 * len(inventor.invented), [t for t in inventor.invented if t not in caught]
    assert len(inventor.sent_back) - len(caught) <= 0.03 * WALKS
    assert len(kept) == WALKS
    assert not [labels.sum_instruction for labels in kept if labels.sum_instruction in caught]
    usage = [json.loads(line) for path in tmp_path.glob("*/usage.jsonl") for line in path.read_text().splitlines()]
    answered = inventor.calls - inventor.refused
    assert len(usage) == answered
    assert sum(line["attempts"] for line in usage) == inventor.calls
    assert sum(line["cost"] for line in usage) == pytest.approx(answered * (1.0 * 0.001 + 0.1 * 0.01))
