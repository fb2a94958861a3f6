import pandas as pd
import pytest

from vln_pipeline.filtering import archive
from vln_pipeline.filtering.config import FilteringConfig
from vln_pipeline.filtering.selection import decide

GOOD = {
    "entropy": 0.5,
    "categories": 4,
    "structural": 0.6,
    "near": 0.0,
    "unlabelled": 0.0,
    "landmark": 0.1,
    "unique": 1,
}


def frames(*clips: list[dict]) -> pd.DataFrame:
    """Return one walk's frames; each clip is a list of changes to a good frame."""
    rows = [
        {"trajectory": "w_00000", "clip": clip, "frame": 10 * clip + i, **GOOD, **change}
        for clip, changes in enumerate(clips)
        for i, change in enumerate(changes)
    ]
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"unlabelled": 0.31}, "unlabelled surface"),
        ({"near": 0.51}, "too near"),
        ({"structural": 0.96}, "mostly walls and floor"),
        ({"categories": 1}, "too few categories"),
        ({"entropy": 0.14}, "too uniform"),
    ],
)
def test_a_frame_is_rejected_for_the_threshold_it_misses(change, reason):
    selection = decide(frames([{}, change]), FilteringConfig())
    assert list(selection.frames.reason) == ["", reason]


@pytest.mark.parametrize(
    ("change", "looser"),
    [
        ({"unlabelled": 0.31}, {"max_unlabelled": 0.4}),
        ({"near": 0.51}, {"max_near": 0.6}),
        ({"structural": 0.96}, {"max_structural": 0.97}),
        ({"categories": 1}, {"min_categories": 1}),
        ({"entropy": 0.14}, {"min_entropy": 0.1}),
    ],
)
def test_each_threshold_is_a_parameter(change, looser):
    assert list(decide(frames([change]), FilteringConfig(**looser)).frames.reason) == [""]


def test_a_walk_is_kept_when_enough_clips_pass():
    blank = {"structural": 1.0}
    selection = decide(frames([{}], [{}], [{}], [blank]), FilteringConfig(min_clips=0.7))
    assert list(selection.clips.reason) == ["", "", "", "too few frames pass"]
    assert selection.kept == ("w_00000",)


def test_a_walk_is_rejected_when_too_few_clips_pass():
    blank = {"structural": 1.0}
    selection = decide(frames([{}], [blank]), FilteringConfig(min_clips=0.7))
    assert list(selection.walks.reason) == ["too few clips pass"]
    assert selection.kept == ()


def test_a_walk_without_one_large_object_is_rejected():
    selection = decide(frames([{"landmark": 0.005}]), FilteringConfig(min_landmark=0.01))
    assert list(selection.walks.reason) == ["no object large enough"]


def test_other_thresholds_need_only_the_measures():
    measured = frames([{"entropy": 0.2}])
    assert decide(measured, FilteringConfig(min_entropy=0.1)).kept
    assert not decide(measured, FilteringConfig(min_entropy=0.3)).kept


def test_a_selection_is_read_back_as_it_was_written(tmp_path):
    selection = decide(frames([{}, {"near": 0.9}], [{}]), FilteringConfig())
    archive.write(selection, tmp_path)
    found = archive.read(tmp_path)
    for name in ("frames", "clips", "walks"):
        pd.testing.assert_frame_equal(getattr(found, name), getattr(selection, name), check_dtype=False)
