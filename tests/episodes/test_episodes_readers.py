"""Every data set's files, in their exact schemas."""

import json
import math

import numpy as np
import pytest
from episode_files import (
    FORWARD,
    LEFT,
    RIGHT,
    SCAN,
    START,
    TEXTS,
    THROUGH_THE_DOOR,
    WAY,
    connectivity,
    discrete_path,
    navspace_episode,
    r2r_episode,
    recorded,
    rxr_episode,
    test_split_episode,
    truth_of,
    write_json,
    write_r2r_ce,
)

from vln_pipeline.episodes import archive
from vln_pipeline.episodes.episode_config import EpisodeFileConfig
from vln_pipeline.episodes.files import find_files, read_episodes

test_split_episode.__test__ = False
OUR_WAY = [[x, -z, y] for x, y, z in WAY]


def read(**options):
    config = EpisodeFileConfig(**options)
    return read_episodes(find_files(config), config)


def test_r2r_ce_with_ground_truth(tmp_path):
    write_r2r_ce(tmp_path, truth=truth_of(1, 2, 3))
    found = read(dataset="r2r_ce", path=str(tmp_path))
    assert [e.id for e in found.kept] == ["1", "2", "3"]
    assert not found.rejected and not found.skipped
    episode = found.kept[1]
    assert (episode.dataset, episode.split, episode.trajectory, episode.scene) == ("r2r_ce", "val_unseen", "7", SCAN)
    assert episode.instruction.text == "Leave the living room and stop in the bedroom."
    assert episode.start.tolist() == pytest.approx([1.5, 2.7, 0.0, math.pi / 2])
    assert episode.goal.tolist() == [5.5, 2.7, 0.0]
    assert (episode.goal_radius, episode.geodesic) == (3.0, 4.0)
    np.testing.assert_allclose(episode.reference, OUR_WAY)
    truth = episode.truth
    assert (truth.turn, truth.step) == (15.0, 0.25)
    assert truth.actions.tolist() == THROUGH_THE_DOOR
    # One location at the start and one after each forward step.
    assert truth_of(1)["1"]["forward_steps"] + 1 == len(truth_of(1)["1"]["locations"]) == 17
    assert truth.poses[-1].tolist() == pytest.approx([5.5, 2.7, 0.0, 0.0], abs=1e-9)


def test_a_test_split_has_start_and_words_only(tmp_path):
    write_r2r_ce(tmp_path, [test_split_episode()], split="test")
    (episode,) = read(path=str(tmp_path), split="test").kept
    assert episode.goal is None and episode.truth is None and episode.geodesic is None
    assert episode.reference.shape == (0, 3)
    assert episode.instruction.text == TEXTS[0]


def test_ground_truth_may_be_left_out_or_lie_elsewhere(tmp_path):
    path = write_r2r_ce(tmp_path, truth=truth_of(1, 2, 3))
    assert read(path=str(path), truth="none").kept[0].truth is None
    elsewhere = write_json(tmp_path / "other.json", truth_of(2))
    kept = read(path=str(path), truth=str(elsewhere)).kept
    assert [e.truth is None for e in kept] == [True, False, True]


def test_envdrop_has_the_same_schema(tmp_path):
    write_r2r_ce(tmp_path, split="envdrop", truth=truth_of(1))
    found = read(dataset="envdrop", path=str(tmp_path), split="envdrop")
    assert found.kept[0].dataset == "envdrop" and found.kept[0].truth is not None


def test_scalevln_calls_its_scenes_by_hm3ds_files(tmp_path):
    row = r2r_episode() | {"scene_id": "hm3d/00000-kfPV7w3FaU5/kfPV7w3FaU5.basis.glb"}
    write_json(tmp_path / "scalevln_subset_150k.json.gz", {"episodes": [row]})
    (episode,) = read(dataset="scalevln", path=str(tmp_path), split="scalevln_subset_150k").kept
    assert episode.scene == "kfPV7w3FaU5"


def write_rxr(root, *episodes, role="guide"):
    document = {"episodes": list(episodes)}
    write_json(root / f"train/train_{role}.json.gz", document)
    truth = {e["episode_id"]: recorded(START, -90.0, [RIGHT, FORWARD, LEFT, FORWARD], turn=30) for e in episodes}
    write_json(root / f"train/train_{role}_gt.json.gz", truth)


def test_rxr_ce_turns_by_30_degrees_and_dictates(tmp_path):
    write_rxr(tmp_path, rxr_episode("25"), rxr_episode("26", "en-IN"), rxr_episode("27", "hi-IN"))
    found = read(dataset="rxr_ce", path=str(tmp_path), split="train", languages=("en",))
    assert [e.id for e in found.kept] == ["25", "26"]
    assert found.skipped == {"language hi-IN": 1}
    episode = found.kept[0]
    assert (episode.instruction.language, episode.instruction.id, episode.trajectory) == ("en-US", "925", "t25")
    first, second = episode.instruction.words
    assert (first.text, first.start, first.end) == ("Walk", 0.5, 0.9)
    assert (second.text, second.start, second.end) == ("through", None, None)
    assert episode.truth.turn == 30.0
    assert np.degrees(episode.truth.poses[:, 3]) == pytest.approx([0, -30, -30, 0, 0], abs=1e-9)
    everyone = read(dataset="rxr_ce", path=str(tmp_path), split="train")
    assert len(everyone.kept) == 3
    assert [e.id for e in read(dataset="rxr_ce", path=str(tmp_path), split="train", languages=("hi-IN",)).kept] == [
        "27"
    ]


def test_rxr_ce_has_followers_in_a_file_of_their_own(tmp_path):
    write_rxr(tmp_path, rxr_episode("25"))
    write_rxr(tmp_path, rxr_episode("71"), role="follower")
    assert read(dataset="rxr_ce", path=str(tmp_path), split="train").kept[0].id == "25"
    assert read(dataset="rxr_ce", path=str(tmp_path), split="train", role="follower").kept[0].id == "71"


def test_navspace_has_the_scalar_first_and_a_point_an_action(tmp_path):
    path = write_json(tmp_path / "navspace.json", {"episodes": [navspace_episode()]})
    (episode,) = read(dataset="navspace", path=str(path)).kept
    assert (episode.scene, episode.goal_radius) == ("TEEsavR23oF", 1.0)
    assert episode.start[3] == pytest.approx(0, abs=1e-12)
    assert episode.truth.turn == 30.0
    assert episode.truth.actions.tolist() == [RIGHT, FORWARD, LEFT, FORWARD]
    expected = [1.5 + 0.25 * math.cos(math.radians(30)) + 0.25, 2.7 - 0.125, 0.0]
    assert episode.truth.poses[-1, :3] == pytest.approx(expected)


def test_navspace_looks_up_and_down_without_moving(tmp_path):
    """210 of NavSpace's 1,228 action lists hold look_down, look_up or backward, and all of them were refused."""
    plain, looking = navspace_episode(1), navspace_episode(2)
    looking["action_sequence"] = ["look_down", "right", "forward", "Look_Up", "left", "forward", "stop"]
    path = plain["reference_path"]
    looking["reference_path"] = [path[0], path[0], path[1], path[2], path[2], path[3], path[4]]
    file = write_json(tmp_path / "navspace.json", {"episodes": [plain, looking]})
    expected, found = (episode.truth for episode in read(dataset="navspace", path=str(file)).kept)
    assert found.actions.tolist() == expected.actions.tolist()
    assert np.array_equal(found.poses, expected.poses)


def test_navspace_with_a_backward_action_is_kept_to_be_followed(tmp_path):
    row = navspace_episode()
    row["action_sequence"][3] = "backward"
    (episode,) = read(dataset="navspace", path=str(write_json(tmp_path / "n.json", {"episodes": [row]}))).kept
    assert episode.truth is None
    assert len(episode.reference) == 5


def test_discrete_r2r_stands_on_the_floor_below_its_viewpoints(tmp_path):
    path = write_json(tmp_path / "R2R_val_unseen.json", [discrete_path()])
    write_json(tmp_path / f"graphs/{SCAN}_connectivity.json", connectivity())
    found = read(dataset="r2r", path=str(tmp_path), graphs=str(tmp_path / "graphs"))
    assert path.is_file()
    assert [(e.id, e.trajectory) for e in found.kept] == [("4332_0", "4332"), ("4332_1", "4332"), ("4332_2", "4332")]
    assert [e.instruction.text for e in found.kept] == [" ".join(text.split()) for text in TEXTS]
    episode = found.kept[0]
    np.testing.assert_allclose(episode.reference, OUR_WAY, atol=1e-12)
    assert episode.start[:3].tolist() == pytest.approx(OUR_WAY[0])
    # 4.055 rad are 232.3 degrees clockwise from +y; rounded to 240, that is -150 from +x.
    assert math.degrees(episode.start[3]) == pytest.approx(-150)


def test_the_first_episodes_of_a_file_may_be_asked_for(tmp_path):
    write_r2r_ce(tmp_path)
    found = read(path=str(tmp_path), most_episodes=2)
    assert [e.id for e in found.kept] == ["1", "2"]
    assert found.skipped == {"beyond the first 2": 1}


def test_a_file_that_moves_keeps_its_fingerprint_and_one_that_changes_does_not(tmp_path):
    write_r2r_ce(tmp_path / "here")
    write_r2r_ce(tmp_path / "there")
    write_r2r_ce(tmp_path / "other", truth=truth_of(1))
    here, there, other = (
        find_files(EpisodeFileConfig(path=str(tmp_path / place))).fingerprint for place in ("here", "there", "other")
    )
    assert here == there != other


def test_episodes_come_back_from_their_archive_scene_by_scene(tmp_path):
    rows = [
        rxr_episode("1"),
        rxr_episode("2") | {"scene_id": "mp3d/AAA/AAA.glb"},
        rxr_episode("3"),
        {"episode_id": "x"},
    ]
    write_rxr(tmp_path, *rows[:3])
    write_json(tmp_path / "train/train_guide.json.gz", {"episodes": rows})
    found = read(dataset="rxr_ce", path=str(tmp_path), split="train")
    (tmp_path / "item").mkdir()
    archive.write(found, tmp_path / "item")
    stored = archive.EpisodeArchive(tmp_path / "item")
    assert (stored.dataset, stored.split, stored.scenes) == ("rxr_ce", "train", {SCAN: 2, "AAA": 1})
    assert stored.rejected == found.rejected and len(found.rejected) == 1
    back = stored.of_scene(SCAN)
    assert [e.id for e in back] == ["1", "3"]
    for one, other in zip(back, (found.kept[0], found.kept[2]), strict=True):
        assert one.instruction == other.instruction
        np.testing.assert_array_equal(one.truth.poses, other.truth.poses)
        np.testing.assert_array_equal(one.truth.actions, other.truth.actions)
        np.testing.assert_array_equal(one.reference, other.reference)
        np.testing.assert_array_equal(one.start, other.start)
    assert json.loads((tmp_path / "item/episodes.json").read_text())["skipped"] == {}
