"""From episodes to walks on the floor of the two-room home, drawn by hand."""

import math
from dataclasses import replace

import cv2
import numpy as np
import pytest
from episode_files import (
    FORWARD,
    LEFT,
    RIGHT,
    SCAN,
    START,
    THROUGH_THE_DOOR,
    r2r_episode,
    recorded,
    test_split_episode,
    truth_of,
    write_r2r_ce,
)

from vln_pipeline.episodes import walks_archive
from vln_pipeline.episodes.account import account
from vln_pipeline.episodes.archive import EpisodeArchive
from vln_pipeline.episodes.archive import write as write_episodes
from vln_pipeline.episodes.episode_config import EpisodeFileConfig, EpisodeWalkConfig
from vln_pipeline.episodes.files import find_files, read_episodes
from vln_pipeline.episodes.replay import replayed
from vln_pipeline.episodes.walks import walks_of
from vln_pipeline.episodes.wording import label_walks
from vln_pipeline.errors import DataError
from vln_pipeline.planning.navigation_map import FloorMap, NavigationMap

test_split_episode.__test__ = False
CELL, RADIUS = 0.05, 0.1


@pytest.fixture(scope="module")
def home():
    """Living room x 0 to 4.5, bedroom x 4.5 to 8, both 5 m deep, a doorway at y 2.2 to 3.2; the floor is at 0.02 m."""
    free = np.ones((100, 160), dtype=bool)
    free[:, 89:91] = False
    free[44:64, 89:91] = True
    padded = np.pad(free, 1).astype(np.uint8)
    esdf = (cv2.distanceTransform(padded, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[1:-1, 1:-1] - 0.5) * np.float32(CELL)
    ground = np.where(free, np.float32(0.02), np.float32(np.nan))
    room = np.zeros(free.shape, dtype=np.int16)
    floor = FloorMap(0, 0.02, CELL, np.zeros(2), esdf, ground, esdf >= RADIUS, room)
    return NavigationMap(SCAN, (floor,), RADIUS)


def episodes(root, rows=None, truth=None, **options):
    config = EpisodeFileConfig(path=str(write_r2r_ce(root, rows, truth)), **options)
    return read_episodes(find_files(config), config)


def test_recorded_actions_become_a_walk_on_the_floor_with_every_wording(tmp_path, home):
    read = episodes(tmp_path, truth=truth_of(1, 2, 3))
    made = walks_of(SCAN, home, read.kept, EpisodeWalkConfig())
    (walk,) = made.trajectories
    assert (walk.id, walk.scene, walk.floor, walk.geodesic) == (f"{SCAN}_00001", SCAN, 0, 4.0)
    assert made.episodes == {walk.id: ("1", "2", "3")}
    assert made.followed == () and made.refused == () and made.rejected == {}
    assert walk.actions.tolist() == THROUGH_THE_DOOR
    assert len(walk.poses) == len(THROUGH_THE_DOOR) + 1
    assert walk.poses[:, 2] == pytest.approx(0.02)
    assert walk.path[:, 2] == pytest.approx(0.02)
    np.testing.assert_allclose(walk.path[[0, -1]], walk.poses[[0, -1], :3])
    assert len(walk.path) == len(walk.yaw) == len(walk.clearance)
    assert walk.clearance.min() > 0.3
    labels = label_walks(made, read.kept).kept
    assert [label.trajectory for label in labels] == [walk.id]
    assert labels[0].sum_instruction == "Walk through the door."
    assert labels[0].variants == ("Leave the living room and stop in the bedroom.", "Go straight on.")
    assert labels[0].sum_indexes == (0, len(walk.path) - 1)
    assert labels[0].labeller == "R2R-CE, val_unseen"


def test_heights_may_stay_as_in_the_file_and_wordings_apart(tmp_path, home):
    config = EpisodeWalkConfig(heights="file", join=False)
    made = walks_of(SCAN, home, episodes(tmp_path, truth=truth_of(1, 2, 3)).kept, config)
    assert [walk.id for walk in made.trajectories] == [f"{SCAN}_0000{n}" for n in (1, 2, 3)]
    assert all((walk.poses[:, 2] == 0).all() for walk in made.trajectories)


def test_positions_are_the_files_locations_at_every_forward_step(tmp_path, home):
    actions = [RIGHT] * 4 + [FORWARD] * 3 + [LEFT] + [FORWARD] * 2 + [RIGHT] * 3 + [FORWARD] * 4
    truth = {"1": recorded(START, 0.0, actions)}
    made = walks_of(SCAN, home, episodes(tmp_path, [r2r_episode()], truth).kept, EpisodeWalkConfig(heights="file"))
    (walk,) = made.trajectories
    steps = np.concatenate([[True], walk.actions == FORWARD])
    expected = [(x, -z, y) for x, y, z in truth["1"]["locations"]]
    assert np.abs(walk.poses[steps, :3] - expected).max() < 1e-9


def test_turns_join_where_they_can_and_are_walked_anew_where_they_cannot(tmp_path, home):
    odd = [RIGHT] * 5 + [FORWARD] * 2 + [RIGHT] + [FORWARD] * 10
    rows = [r2r_episode(1), r2r_episode(2, trajectory=8)]
    truth = truth_of(1) | {"2": recorded(START, 0.0, odd)}
    made = walks_of(SCAN, home, episodes(tmp_path, rows, truth).kept, EpisodeWalkConfig(turn=30))
    joined, anew = made.trajectories
    assert joined.actions.tolist() == [RIGHT] * 3 + [FORWARD] * 16
    assert made.followed == (anew.id,)
    turned = np.diff(np.unwrap(anew.poses[:, 3]))
    assert np.degrees(np.abs(turned[np.abs(turned) > 1e-6])) == pytest.approx(30)
    end = recorded(START, 0.0, odd)["locations"][-1]
    assert np.hypot(*(anew.poses[-1, :2] - (end[0], -end[2]))) < 0.35


def test_a_reference_path_without_recorded_actions_is_followed_through_the_door(tmp_path, home):
    way = ((1.0, 0.1, -1.0), (3.8, 0.1, -2.4), (5.2, 0.1, -2.9), (7.0, 0.1, -4.3))
    row = r2r_episode(5, start=way[0], way=way, turned_left=60.0)
    made = walks_of(SCAN, home, episodes(tmp_path, [row]).kept, EpisodeWalkConfig())
    (walk,) = made.trajectories
    assert made.followed == (walk.id,)
    assert walk.poses[0].tolist() == pytest.approx([1.0, 1.0, 0.02, math.radians(150)])
    assert np.hypot(*(walk.poses[-1, :2] - (7.0, 4.3))) < 0.35
    for x, _, z in way:
        assert np.hypot(*(walk.poses[:, :2] - (x, -z)).T).min() < 0.5
    assert walk.clearance.min() >= RADIUS
    steps = np.linalg.norm(np.diff(walk.poses[:, :2], axis=0), axis=1)[walk.actions == FORWARD]
    assert steps == pytest.approx(0.25)
    with pytest.raises(DataError, match="1 x it has no recorded actions"):
        walks_of(SCAN, home, episodes(tmp_path, [row]).kept, EpisodeWalkConfig(missing_truth="skip"))


def test_episodes_without_a_walk_are_told_by_reason(tmp_path, home):
    rows = [
        r2r_episode(1),
        r2r_episode(2, 8, way=(START, (3.5, 0.0, 3.0))),
        r2r_episode(3, 9, way=(START, (3.0, 4.0, -2.7))),
        test_split_episode(4),
    ]
    made = walks_of(SCAN, home, episodes(tmp_path, rows, truth_of(1)).kept, EpisodeWalkConfig())
    assert len(made.trajectories) == 1
    assert {r.episode: r.reason for r in made.refused} == {
        "2": "the robot cannot stand within 0.5 m of a point of its reference path",
        "3": "its reference path leads to another storey, where no stairs of the map lead (esdf.stairs)",
        "4": "it has neither recorded actions nor a reference path, as in a test split",
    }
    assert sum(made.rejected.values()) == 3


def test_a_way_to_another_storey_is_not_made_up(tmp_path, home):
    upstairs = replace(home.floors[0], index=1, height=3.0, ground=home.floors[0].ground + 3)
    two = NavigationMap(SCAN, (home.floors[0], upstairs), RADIUS)
    rows = [r2r_episode(1), r2r_episode(2, 8, way=(START, (5.5, 3.0, -2.7)))]
    made = walks_of(SCAN, two, episodes(tmp_path, rows, truth_of(1)).kept, EpisodeWalkConfig())
    assert (
        made.refused[0].reason
        == "its reference path leads to another storey, where no stairs of the map lead (esdf.stairs)"
    )


def test_a_scene_in_another_frame_is_refused_as_a_whole(tmp_path, home):
    rows = [r2r_episode(n, n, start=(50.0 + n, 0, 60), way=((50.0 + n, 0, 60), (51, 0, 60))) for n in (1, 2, 3)]
    with pytest.raises(DataError, match=f"{SCAN}: 3 of 3 episodes start where it has no floor"):
        walks_of(SCAN, home, episodes(tmp_path, rows).kept, EpisodeWalkConfig())


def test_long_walks_are_left_out(tmp_path, home):
    with pytest.raises(DataError, match="it has 22 actions, where 1 to 20 may be"):
        walks_of(SCAN, home, episodes(tmp_path, truth=truth_of(1, 2, 3)).kept, EpisodeWalkConfig(most_actions=20))


def test_walks_come_back_from_their_archive_and_the_account_adds_up(tmp_path, home):
    rows = [r2r_episode(1), r2r_episode(2), test_split_episode(4), {"episode_id": 5}, r2r_episode(6, scan="gone")]
    read = episodes(tmp_path, rows, truth_of(1, 2))
    made = walks_of(SCAN, home, [e for e in read.kept if e.scene == SCAN], EpisodeWalkConfig())
    for folder in ("walks", "episodes"):
        (tmp_path / folder).mkdir()
    walks_archive.write(made, tmp_path / "walks")
    back = walks_archive.read(tmp_path / "walks")
    assert (back.episodes, back.followed, back.refused) == (made.episodes, made.followed, made.refused)
    np.testing.assert_array_equal(back.trajectories[0].poses, made.trajectories[0].poses)
    write_episodes(read, tmp_path / "episodes")
    told = account(EpisodeArchive(tmp_path / "episodes"), {SCAN: back}, {SCAN: label_walks(back, read.kept)}, [SCAN])
    assert told["episodes_read"] == 5
    assert told["quarantined"] == {"has no instruction": 1}
    assert told["scene_missing_or_failed"] == {"gone": 1}
    assert sum(told["no_walk"].values()) == 1
    assert (told["episodes_walked"], told["walks"], told["walks_followed"]) == (2, 1, 0)


def test_a_wording_with_the_mark_that_joins_wordings_is_left_out(tmp_path, home):
    rows = [
        r2r_episode(1, text="Go <INSTRUCTION_SEP> on."),
        r2r_episode(2, 8, text="Go <INSTRUCTION_SEP> on."),
        r2r_episode(3),
    ]
    read = episodes(tmp_path, rows, truth_of(1, 2, 3))
    labelled = label_walks(walks_of(SCAN, home, read.kept, EpisodeWalkConfig()), read.kept)
    assert [label.sum_instruction for label in labelled.kept] == ["Walk through the door."]
    assert len(labelled.rejected) == 1


def test_turns_are_of_15_degrees_unless_others_are_asked_for(tmp_path, home):
    thirty = recorded(START, 0.0, [RIGHT] * 3 + [FORWARD] * 8, turn=30)
    (read,) = episodes(tmp_path, [r2r_episode(1)], truth_of(1)).kept
    wide = replace(
        read,
        truth=replayed(read.start, np.array(thirty["actions"][:-1], dtype=np.int8), None, turn=30, step=0.25),
    )
    (parted,) = walks_of(SCAN, home, [wide], EpisodeWalkConfig()).trajectories
    assert parted.actions.tolist() == [RIGHT] * 6 + [FORWARD] * 8
    (as_recorded,) = walks_of(SCAN, home, [wide], EpisodeWalkConfig(turn=None)).trajectories
    assert as_recorded.actions.tolist() == [RIGHT] * 3 + [FORWARD] * 8
    np.testing.assert_allclose(as_recorded.poses[-1], parted.poses[-1], atol=1e-9)
