from types import SimpleNamespace

import numpy as np
import pytest
from handmade import CAMERA, MODEL, samples

from vln_pipeline.models.system2.config import TinyConfig
from vln_pipeline.models.system2.generate import System2
from vln_pipeline.models.system2.load import load
from vln_pipeline.models.system2.processing import Processor
from vln_pipeline.rendering.camera import CameraSetting
from vln_pipeline.training.system2.answering import answers, taught_spans
from vln_pipeline.training.system2.judging import HORIZON, Judged, ask, floor_point, judge
from vln_pipeline.training.system2_batch import SampleKind


def judged(kind, said, right):
    sample = SimpleNamespace(kind=kind, goal_size=(640, 480), camera=CAMERA)
    return Judged(sample, tuple(said), tuple(right))


def test_figures_are_those_counted_by_hand():
    told = judge(
        [
            judged(SampleKind.PIXEL, ["↓", "103 204"], ["↓", "100 200"]),
            judged(SampleKind.PIXEL, ["STOP", "nowhere"], ["↓", "100 200"]),
            judged(SampleKind.PIXEL, ["↓", "100 200"], ["↓", "100 200"]),
            judged(SampleKind.TURN, ["←←"], ["←←"]),
            judged(SampleKind.TURN, ["←"], ["←←"]),
            judged(SampleKind.STOP, ["STOP"], ["STOP"]),
            judged(SampleKind.STOP, ["↓"], ["STOP"]),
            judged(SampleKind.STOP, ["STOP"], ["STOP"]),
        ]
    )
    assert told["exact"] == 4 / 8
    assert told["parsed"] == 10 / 11
    assert told["turn_accuracy"] == 1 / 2
    assert told["stop_precision"] == pytest.approx(2 / 3)
    assert told["stop_recall"] == pytest.approx(2 / 3)
    assert told["pixel_error"] == 5.0
    near, far = floor_point((103, 204), CAMERA), floor_point((100, 200), CAMERA)
    assert told["pixel_error_m"] == pytest.approx(np.linalg.norm(near - far))


def test_kinds_without_samples_have_no_figures():
    assert set(judge([judged(SampleKind.TURN, ["←"], ["←"])])) == {"exact", "parsed", "turn_accuracy"}


def test_no_pixel_at_all_is_as_wrong_as_can_be():
    told = judge([judged(SampleKind.PIXEL, ["↓", "?"], ["↓", "1 2"])])
    assert (told["pixel_error"], told["pixel_error_m"]) == (800.0, HORIZON)


def test_the_optical_axis_meets_the_floor_at_the_cotangent_of_the_pitch():
    x, y = floor_point((319.5, 239.5), CAMERA)
    assert (x, y) == pytest.approx((1.25 / np.tan(np.radians(30)), 0.0))
    assert floor_point((0, 239.5), CAMERA)[1] > 0, "left in the image is left of the robot"


def test_what_shows_no_floor_is_at_the_horizon():
    level = CameraSetting("level", 1.25, 0.0, CAMERA.intrinsics)
    assert np.linalg.norm(floor_point((400, 100), level)) == pytest.approx(HORIZON)
    assert np.linalg.norm(floor_point((319.5, 240), level)) == pytest.approx(HORIZON)


@pytest.fixture(scope="module", params=[0, 1])
def parts(request):
    return load(MODEL.model_copy(update={"tiny": TinyConfig(**MODEL.tiny.model_dump() | {"seed": request.param})}))


def test_answers_are_those_an_agent_gets(parts):
    system2 = System2(parts, max_new_tokens=8)
    processor = Processor(parts.tokenizer, parts.image_processor, parts.dialogue)
    ends = {processor.end_token, parts.tokenizer.pad_token_id}
    for sample in samples(parts, 4):
        said = answers(parts.model, sample.encoded, ends, limit=8)
        encoded = sample.encoded
        assert len(said) == len(taught_spans(encoded.labels)) == (2 if sample.kind is SampleKind.PIXEL else 1)
        for tokens, span in zip(said, taught_spans(encoded.labels), strict=True):
            assert tokens == prompted(system2, encoded, span.start, ends)


def prompted(system2, encoded, begin, ends):
    """Return what transformers' own generation says after the first tokens of a sample."""
    images = int((encoded.input_ids[:begin] == encoded.image_token).sum())
    counts = (encoded.image_grid.prod(dim=1) // 4).cumsum(0).tolist()
    shown = counts.index(images) + 1
    ids = system2.parts.model.generate(
        input_ids=encoded.input_ids[None, :begin],
        mm_token_type_ids=encoded.mm_token_type_ids[None, :begin],
        pixel_values=encoded.pixel_values[: int(encoded.image_grid[:shown].prod(dim=1).sum())],
        image_grid_thw=encoded.image_grid[:shown],
        max_new_tokens=8,
        do_sample=False,
    )[0, begin:].tolist()
    stop = next((place for place, token in enumerate(ids) if token in ends), len(ids))
    return ids[:stop]


def test_the_right_answers_are_read_off_the_labels(parts):
    processor = Processor(parts.tokenizer, parts.image_processor, parts.dialogue)
    one = ask(parts.model, processor, samples(parts, 4), limit=2)
    assert [len(each.right) for each in one] == [2, 1, 2, 1]
    assert all(each.right[0] == "↓" and each.right[1].count(" ") == 1 for each in (one[0], one[2]))
    assert set(one[1].right[0]) <= {"←", "→"}
    assert one[3].right == ("STOP",)
