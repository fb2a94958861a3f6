from types import SimpleNamespace

import pytest
from published_scene import straight, write_scene

from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.system2.config import ExamineSystem2Config
from vln_pipeline.evaluation.system2.examination import SHUFFLED, TRAINED, examine, read
from vln_pipeline.evaluation.system2.figures import figures
from vln_pipeline.evaluation.system2.rivals import CONSTANT, STOP, TURN, rivals
from vln_pipeline.models.system2.config import DialogueConfig, System2Config, TinyConfig
from vln_pipeline.models.system2.load import load, save
from vln_pipeline.training.system2.config import TrainSystem2Config
from vln_pipeline.training.system2.judging import Judged
from vln_pipeline.training.system2_batch import SampleKind
from vln_pipeline.training.system2_data.config import System2DataConfig

SMALL = TinyConfig(
    width=32, layers=2, heads=2, feedforward=64, vision_width=32, vision_layers=1, vision_heads=2, vocabulary=1024
)
SHOWN = DialogueConfig(history=3, view_size=28, look_down_size=(56, 42), max_length=1024)


def judged(kind, said, right):
    sample = SimpleNamespace(kind=kind, goal_size=(640, 480), camera=None)
    return Judged(sample, tuple(said), tuple(right))


ASKED = [
    judged(SampleKind.PIXEL, ["↓", "100 200"], ["↓", "100 200"]),
    judged(SampleKind.PIXEL, ["←", "1 1"], ["↓", "110 200"]),
    judged(SampleKind.PIXEL, ["↓", "1 1"], ["↓", "600 400"]),
    judged(SampleKind.TURN, ["←←"], ["←←"]),
    judged(SampleKind.TURN, ["←"], ["←←"]),
    judged(SampleKind.TURN, ["←"], ["→→→"]),
    judged(SampleKind.TURN, ["STOP"], ["→"]),
    judged(SampleKind.STOP, ["STOP"], ["STOP"]),
    judged(SampleKind.STOP, ["gibberish"], ["STOP"]),
]


def test_kinds_and_directions_are_those_counted_by_hand():
    told = figures(ASKED)
    assert told["kind_accuracy"] == 6 / 9
    assert told["turn_f1"] == pytest.approx(2 * (3 / 4) * (3 / 4) / (3 / 4 + 3 / 4))
    assert told["stop_f1"] == pytest.approx(0.5)
    assert told["direction_accuracy"] == 2 / 4
    assert told["side_accuracy"] == 2 / 3


def test_rivals_know_the_right_answers_but_look_at_nothing():
    found = rivals(ASKED)
    assert {name: contestant[0].said for name, contestant in found.items()} == {
        CONSTANT: ("↓", "100 200"),
        TURN: ("←←", "←←"),
        STOP: ("STOP", "STOP"),
    }
    assert all(len(one.said) == len(one.right) for contestant in found.values() for one in contestant)
    told = {name: figures(contestant) for name, contestant in found.items()}
    assert told[CONSTANT]["pixel_error"] == 10
    assert told[TURN]["turn_accuracy"] == 2 / 4
    assert (told[STOP]["stop_precision"], told[STOP]["stop_recall"]) == (2 / 9, 1)


def test_a_model_is_examined_in_scenes_that_it_never_saw(tmp_path):
    words = {"house": "go left", "hall": "go right", "flat": "go on"}
    for name, text in words.items():
        write_scene(tmp_path / "data/r2r" / name, [straight(instructions=[f"{text} {walk}"]) for walk in range(3)])
    parts = load(System2Config(tiny=SMALL, dialogue=SHOWN))
    save(parts, tmp_path / "model")
    data = System2DataConfig(mix="r2r_125cm_0_30", root=str(tmp_path / "data"))
    taught = TrainSystem2Config(data=data, validation_share=0.3)
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        examine(
            ExamineSystem2Config(samples=9, longest_answer=4),
            taught,
            tmp_path / "model",
            [],
            tmp_path / name,
            run_seed=5,
            cache=tmp_path / "cache",
            threads=1,
        )
    examination = read(tmp_path / "first")
    answers = examination.answers()
    scenes = set(answers["sample"].str.split("/").str[1])
    assert len(scenes) == 1, "of three scenes one is held out"
    assert set(answers["contestant"]) == set(examination.figures()) > {TRAINED, SHUFFLED}
    assert answers.equals(read(tmp_path / "second").answers())


def test_a_folder_without_an_examination_is_told(tmp_path):
    with pytest.raises(DataError, match="holds no examination"):
        read(tmp_path)
