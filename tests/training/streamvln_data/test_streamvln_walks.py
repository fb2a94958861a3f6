import numpy as np
import pytest
from windowed_walks import told_frame, walk

from vln_pipeline.errors import DataError
from vln_pipeline.models.streamvln.conversation import Visual
from vln_pipeline.models.streamvln.network import VISUAL
from vln_pipeline.models.system2.conversation import Role
from vln_pipeline.models.system2.processing import IGNORE
from vln_pipeline.training.streamvln_data.data import open_data
from vln_pipeline.training.streamvln_data.navigation import Navigation
from vln_pipeline.training.streamvln_data.windows import read_windows

SYMBOLS = {0: "STOP", 1: "↑", 2: "←", 3: "→"}


def navigation(parts, config, **named):
    from vln_pipeline.models.streamvln.conversation import Dialogue
    from vln_pipeline.models.streamvln.processing import Processor

    windows, _ = read_windows(config, [], parts.dialogue.window)
    processor = Processor(parts.tokenizer, parts.model.shape, parts.dialogue.max_length)
    given = {"augmentation": None, "leads": False} | named
    return Navigation(windows, np.arange(len(windows)), processor, Dialogue(parts.prompts), parts.dialogue, **given)


def shown(message):
    return [told_frame(image) for part in message.parts if isinstance(part, Visual) for image in part.images]


def test_a_walk_gives_a_window_for_every_32_steps(walked):
    config = walked({"house": [walk(20), walk(40), walk(64), walk(65), walk(3)]})
    windows, report = read_windows(config, [], 32)
    assert windows.rows[:, [0, 2]].tolist() == [[0, 0], [1, 0], [1, 32], [2, 0], [2, 32], [3, 0], [3, 32], [3, 64]]
    assert report.lines()[1] == "skipped 1: fewer than 4 frames (the first is house/episode_000004)"


def test_a_window_is_a_frame_its_four_actions_and_so_on(parts, walked):
    asked = walk(40, seed=5, instruction="Go on.")
    task = navigation(parts, walked({"house": [asked]}))
    actions = [*asked.actions, 0]
    first, second = (task.messages(number, np.random.default_rng(0)) for number in (0, 1))
    for said, frames in ((first, range(0, 32, 4)), (second, range(32, 40, 4))):
        users = [message for message in said if message.role is Role.USER]
        answers = [message.parts[0] for message in said if message.role is Role.ASSISTANT]
        assert [shown(message)[-1] for message in users] == list(frames)
        assert answers == ["".join(SYMBOLS[action] for action in actions[f : f + 4]) for f in frames]
    assert shown(first[1]) == [0]
    assert shown(second[1]) == [*range(0, 32, 4), 32]
    assert "Go on." in first[1].parts[0]
    assert task.told(1) == "r2r_125cm_0_30/house/episode_000000, step 32"


def test_the_last_answer_ends_with_stop_and_holds_what_is_left(parts, walked):
    task = navigation(parts, walked({"house": [walk(10)]}))
    answers = [m.parts[0] for m in task.messages(0, np.random.default_rng(0)) if m.role is Role.ASSISTANT]
    assert len(answers) == 3
    assert answers[-1].endswith("STOP")
    assert len(answers[-1]) == len("xSTOP")


def test_a_roll_out_teaches_the_expert_s_actions_as_long_as_they_lead_where_the_robot_is(parts, walked):
    """Answers were the agent's own mistakes. What the expert says at a frame that its own actions do not lead to is no
    answer to an earlier frame, either."""
    asked = walk(9)
    asked.actions, asked.advice = [1, 2, 1, 1, 3, 3, 1, 1], [1, 1, 3, 3, 3, 3, 1, 1, 0]
    task = navigation(parts, walked({"house": [asked]}))
    answers = [m.parts[0] for m in task.messages(0, np.random.default_rng(0)) if m.role is Role.ASSISTANT]
    assert answers == ["↑↑", "→→↑↑", "STOP"]


def test_words_are_drawn_in_training_and_frames_altered(parts, walked):
    config = walked({"house": [walk(32)]})
    plain = navigation(parts, config)
    drawn = navigation(parts, config, augmentation=config.augmentation, leads=True)
    said = [task.messages(0, np.random.default_rng(1)) for task in (plain, plain, drawn, drawn)]
    texts = [[part for message in one for part in message.parts if isinstance(part, str)] for one in said]
    assert texts[0] == texts[1]
    assert texts[2] == texts[3] != texts[0], "the same draws give the same words"
    first = [next(part for part in one[1].parts if isinstance(part, Visual)).images for one in said]
    assert np.array_equal(first[2], first[3])
    assert not np.array_equal(first[0], first[2])


def test_batches_repeat_whoever_asks_and_hold_what_is_taught(parts, walked):
    config = walked()
    named = {"run_seed": 0, "seed": 5, "batch_size": 2, "batches_of_step": 1, "validation_share": 0.4}
    data = open_data(config, [], parts, workers=0, **named)
    again = open_data(config, [], parts, workers=0, **named)
    stream, other = data.batches.read(0, 1), again.batches.read(1, 1)
    first, second = next(stream), next(stream)
    repeated = next(other)
    for name, value in vars(second).items():
        assert np.array_equal(value, getattr(repeated, name)), name
    for batch in (first, second):
        assert int((batch.input_ids == VISUAL).sum()) == int(batch.kept.sum()) == len(batch.images) * 4
        assert (batch.labels[batch.input_ids == VISUAL] == IGNORE).all()
        assert int((batch.labels != IGNORE).sum()) > 0
    assert data.report[-1].startswith("validated on: ")
    assert {"house", "flat"} == {line.split(": ")[-1] for line in data.report[-2:]}
    assert data.batches.names(0)[0].startswith("navigation: r2r_125cm_0_30/")


def test_a_share_of_a_recording_is_taken(parts, walked):
    named = {"run_seed": 0, "seed": 5, "batch_size": 2, "batches_of_step": 1, "validation_share": 0.2, "workers": 0}
    scenes = {name: [walk(64, seed=n) for n in range(5)] for name in "abcde"}
    config = walked(scenes)
    whole = open_data(config, [], parts, **named)
    half = open_data(config.model_copy(update={"mix": "r2r_125cm_0_30%50"}), [], parts, **named)
    assert "learned from: 40 samples of navigation" in whole.report
    assert "learned from: 20 samples of navigation" in half.report


def test_walks_of_this_run_need_some(parts, walked):
    with pytest.raises(DataError, match="stands for walks of this run, and there are none"):
        read_windows(walked(mix="own_125cm_0_30"), [], 32)


def test_a_frame_that_is_gone_drops_its_sample_only(parts, walked, tmp_path):
    config = walked({"house": [walk(20), walk(20, seed=1), walk(20, seed=2)]})
    data = open_data(
        config, [], parts, run_seed=0, seed=0, batch_size=2, batches_of_step=1, workers=0, validation_share=0.3
    )
    for image in tmp_path.glob("traj_data/r2r/house/videos/chunk-000/*/episode_000001_4.jpg"):
        image.write_bytes(b"")
    stream = data.batches.read(0, 1)
    for _ in range(3):
        next(stream)
    data.validation.read(0, 1)
    assert all("image is truncated" in cause for cause in data.batches.skipped)
