from types import SimpleNamespace

import numpy as np
import pytest
from published_scene import LEVEL, straight, told_frame

from vln_pipeline.errors import DataError
from vln_pipeline.models.system2.config import DialogueConfig
from vln_pipeline.models.system2.conversation import Dialogue
from vln_pipeline.models.system2.prompts import load_prompts
from vln_pipeline.rendering.camera import Intrinsics
from vln_pipeline.training.system2_data.config import AugmentationConfig, RecordingConfig
from vln_pipeline.training.system2_data.dataset import System2Dataset
from vln_pipeline.training.system2_data.sample_index import read_index

HISTORY = 8


class Listener:
    """Keeps conversations as they are, in the place of a processor."""

    config = DialogueConfig(history=HISTORY)

    def encode(self, conversation):
        return conversation


def samples(table, augmentation=None, leads=False, seed=0, processor=None):
    dialogue, numbers = Dialogue(load_prompts(None)), np.arange(len(table))
    return System2Dataset(table, numbers, processor or Listener(), dialogue, seed, augmentation, leads=leads)


@pytest.fixture
def table(published, cache):
    return read_index(published({"house": [straight(28)]}), [], cache, 0)[0]


def test_a_pixel_sample_shows_the_way_so_far_then_the_floor(table):
    sample = samples(table)[3].sample
    conversation = sample.encoded
    frames = [told_frame(view.image) for view in conversation.views]
    assert frames == [(f, False) for f in (0, 1, 3, 4, 6, 7, 9, 11, 12)] + [(12, True)]
    assert [view.look_down for view in conversation.views] == [False] * 9 + [True]
    said = [message.parts for message in conversation.messages if message.role == "assistant"]
    assert said == [("↓",), ("134 254",)]  # column 13 and row 25 of 64 x 48, told in 640 x 480
    assert conversation.messages[-1].parts == said[1]
    assert "Walk past the sofa, then stop." in conversation.messages[1].parts[0]
    assert (str(sample.kind), sample.goal_size, sample.camera) == ("pixel", (640, 480), None)
    assert sample.name == "r2r_125cm_0_30/house/episode_000000, frame 12"


def test_turn_and_stop_samples_have_one_answer(table):
    turn, stop = (samples(table)[number].sample.encoded for number in (0, len(table) - 1))
    assert turn.messages[-1].parts == ("←←",)
    assert [told_frame(view.image) for view in turn.views] == [(0, False)]
    assert stop.messages[-1].parts == ("STOP",)
    assert len(stop.views) == HISTORY + 1


def test_every_view_is_altered_by_itself_and_the_floor_is_not(table):
    plain, altered = (samples(table, augmentation)[3].sample.encoded.views for augmentation in (None, STRONG))
    same = [np.array_equal(one.image, other.image) for one, other in zip(plain, altered, strict=True)]
    assert same == [False] * 9 + [True]
    assert len({int(view.image[0, 0, 2]) for view in altered[:-1]}) > 5


STRONG = AugmentationConfig(brightness=0.5, saturation=0, probability=0)


def test_a_sample_follows_from_its_number_and_the_seed_alone(table):
    def told(dataset, number):
        conversation = dataset[number].sample.encoded
        return [p if isinstance(p, str) else p.image.tobytes() for m in conversation.messages for p in m.parts]

    first, again, other = (samples(table, STRONG, leads=True, seed=seed) for seed in (1, 1, 2))
    assert told(first, 3) == told(again, 3)
    assert told(first, 3) != told(other, 3)
    assert told(first, 3) != told(first, 3 + len(first))  # the same moment in the next epoch


def test_wordings_are_drawn_in_training_and_fixed_otherwise(table):
    def leads(dataset):
        found = (dataset[3 + epoch * len(dataset)].sample.encoded.messages[1].parts for epoch in range(12))
        return {next(p for p in reversed(parts[:-1]) if isinstance(p, str)).strip() for parts in found}

    assert len(leads(samples(table, leads=False))) == 1
    assert len(leads(samples(table, leads=True))) > 3


def test_a_truncated_image_is_not_learned_from(published, cache, tmp_path):
    config = published({"house": [straight(28)]})
    table, _ = read_index(config, [], cache, 0)
    image = tmp_path / f"traj_data/r2r/house/videos/chunk-000/observation.images.rgb.{LEVEL}/episode_000000_12.jpg"
    whole = image.read_bytes()
    image.write_bytes(whole[: len(whole) // 2])
    drawn = samples(table)[3]
    assert drawn.sample.name != "r2r_125cm_0_30/house/episode_000000, frame 12"
    assert drawn.skipped[0].endswith("episode_000000_12.jpg: image is truncated")


def test_images_that_are_all_gone_end_the_training(published, cache, tmp_path):
    table, _ = read_index(published(), [], cache, 0)
    for image in tmp_path.rglob("*.jpg"):
        image.unlink()
    with pytest.raises(DataError, match=r"sample 0: 32 samples in a row cannot be made.*image missing or unreadable"):
        samples(table)[0]


def test_only_images_that_are_shown_are_read(table, monkeypatch):
    from vln_pipeline.training.system2_data import loose_scene

    read = []
    decode = loose_scene.cv2.imdecode
    monkeypatch.setattr(loose_scene.cv2, "imdecode", lambda *given: read.append(given) or decode(*given))
    samples(table)[3]
    assert len(read) == HISTORY + 2


def test_a_field_of_view_makes_a_camera(published, cache):
    seen = RecordingConfig(folder="r2r", height=125, pitch=0, look_down_pitch=30, hfov=79)
    table, _ = read_index(published(mix="seen", registry={"seen": seen}), [], cache, 0)
    camera = samples(table)[1].sample.camera
    assert (camera.height, camera.pitch, camera.intrinsics) == (1.25, 30.0, Intrinsics.from_fov(64, 48, 79))


def test_conversations_that_cannot_be_encoded_are_passed_over(table):
    def encode(conversation):
        if conversation.messages[-1].parts == ("←←",):
            raise DataError("conversation", "has 9000 tokens")
        return conversation

    drawn = samples(table, processor=SimpleNamespace(config=Listener.config, encode=encode))[0]
    assert drawn.skipped[0].endswith("frame 0: conversation has 9000 tokens")
    assert str(drawn.sample.kind) != "turn"
