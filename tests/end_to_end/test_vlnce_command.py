"""The user's command on three episodes of R2R-CE in a building of Matterport3D, both in their published encodings."""

import json

import hm3d_fixture
import mp3d_fixture
import numpy as np
import pytest
import tall_house
from command import Run, kedro_run, latest, sealed
from episode_files import (
    FORWARD,
    LEFT,
    RIGHT,
    SCAN,
    START,
    THROUGH_THE_DOOR,
    connectivity,
    discrete_path,
    navspace_episode,
    r2r_episode,
    recorded,
    rxr_episode,
    truth_of,
    write_json,
    write_r2r_ce,
)

from vln_pipeline.episodes.formats import streamvln
from vln_pipeline.export.reader import ExportedDataset
from vln_pipeline.export.validate import validate
from vln_pipeline.export.vln_ce import SEPARATOR

SCENE = mp3d_fixture.SCENE
SETTINGS = ["125cm_0deg", "125cm_30deg", "125cm_45deg", "60cm_15deg", "60cm_30deg"]
REACHES = ((1.6, 0.0, -3.4), (3.0, 0.0, -2.6), (5.5, 0.0, -2.7))


def run_vlnce(folder, *parameters: str) -> Run:
    """Convert: two wordings of one recorded way, one episode without recording, one of a scene that is not there."""
    if not (folder / "episodes").exists():
        mp3d_fixture.write(folder / "scenes")
        rows = [
            r2r_episode(1),
            r2r_episode(2, text="Straight on, then stop."),
            r2r_episode(3, trajectory=8, start=REACHES[0], way=REACHES, text="Find the bed."),
            r2r_episode(4, trajectory=9, scan="absent"),
            {"episode_id": 5},
        ]
        write_r2r_ce(folder / "episodes", rows, truth_of(1, 2, 4))
    where = [
        f"vlnce.episodes.path={folder / 'episodes'}",
        f"vlnce.scenes.mp3d.path={folder / 'scenes'}",
    ]
    return kedro_run(folder / "data", "--pipelines=vlnce", f"--params={','.join([*where, *parameters])}")


def account(folder):
    (file,) = (folder / "data/48_vlnce_account/account.json").glob("*/account.json")
    return json.loads(file.read_text())


@pytest.mark.slow
def test_episodes_become_a_valid_dataset_with_all_camera_settings(tmp_path):
    run = run_vlnce(tmp_path, "vlnce.streamvln=habitat_125.125cm_0deg")
    assert run.code == 0, run.output
    assert "1 of 4 episodes left out: the source lacks 1 of 2 scenes, such as absent" in " ".join(run.output.split())
    told = account(tmp_path)
    assert run.output.splitlines()[-4:] == [
        "r2r_ce val_unseen: 5 episodes read",
        "  1 of 5 in quarantine: has no instruction",
        "  1 of 5 in a scene that is missing or failed: absent",
        "  3 of 5 walked, in 2 walks, 1 of them along the reference path, as no recorded actions were used",
    ]
    assert told["episodes_read"] == 5
    assert told["quarantined"] == {"has no instruction": 1}
    assert told["scene_missing_or_failed"] == {"absent": 1}
    assert (told["episodes_walked"], told["walks"], told["walks_followed"]) == (3, 2, 1)
    assert told["scenes_exported"] == [SCENE]

    root = latest(tmp_path / "data/46_vlnce_lerobot") / f"vln_ce/v2.1/{SCENE}"
    assert not validate(root)
    dataset = ExportedDataset(root)
    assert sorted(dataset.cameras) == sorted(SETTINGS)
    assert dataset.tasks[0] == SEPARATOR.join(["Walk through the door.", "Straight on, then stop."])
    card = (root / "README.md").read_text()
    assert "Matterport" in card and "CC BY-NC-SA" in card and "15 degrees" in card
    columns = dataset.columns(0)
    assert columns["action"].tolist() == [-1, *THROUGH_THE_DOOR]
    published = [[0, -0.5, 0.866, 0], [-1, 0, 0, 0], [0, -0.866, -0.5, 1.25], [0, 0, 0, 1]]
    np.testing.assert_allclose(columns["pose.125cm_30deg"][0], published, atol=1e-3)
    # The robot starts looking along the world's +y and walks along +x: to its right.
    np.testing.assert_allclose(columns["pose.125cm_0deg"][-1][:3, 3], [0, -4.0, 1.25], atol=1e-6)
    assert (columns["goal.125cm_30deg"][6] >= 0).all() and columns["relative_goal_frame_id.125cm_30deg"][6] > 5

    (joined,) = latest(tmp_path / "data/46_vlnce_lerobot_joined").glob("vln_ce_*/")
    assert not validate(joined)
    assert len(ExportedDataset(joined)) == len(dataset) and "R2R" in (joined / "README.md").read_text()

    walks, rejected = streamvln.read(latest(tmp_path / "data/47_vlnce_streamvln") / "r2r_ce_val_unseen")
    assert not rejected
    assert [(w.episode, len(w.frames) - len(w.actions)) for w in walks] == [("1", 1), ("3", 1)]
    assert walks[0].instructions == ("Walk through the door.", "Straight on, then stop.")


@pytest.mark.slow
def test_without_rendering_the_run_ends_with_walks_and_words(tmp_path):
    run = run_vlnce(tmp_path, "vlnce.render=false", "vlnce.walks.turn=30")
    assert run.code == 0, run.output
    assert account(tmp_path)["walks"] == 2
    assert account(tmp_path)["scenes_exported"] == []
    made = sealed(tmp_path / "data/43_vlnce_trajectories")
    again = run_vlnce(tmp_path, "vlnce.render=false", "vlnce.walks.turn=30")
    assert again.code == 0 and len(made) == 1
    assert sealed(tmp_path / "data/43_vlnce_trajectories") == made, "nothing is made twice"


def _rxr(root):
    write_json(root / "train_guide.json.gz", {"episodes": [rxr_episode("25"), rxr_episode("26", "te-IN")]})
    truth = recorded(START, -90.0, [FORWARD] * 4 + [LEFT] + [RIGHT], turn=30)
    write_json(root / "train_guide_gt.json.gz", {"25": truth, "26": truth})
    return ["vlnce.episodes.split=train", "vlnce.episodes.languages=[en]"]


def _scalevln(root):
    scene = f"hm3d/{hm3d_fixture.SCENE}/{hm3d_fixture.HASH}.basis.glb"
    write_json(root / "subset.json.gz", {"episodes": [r2r_episode() | {"scene_id": scene}]})
    return ["vlnce.episodes.split=subset"]


def _navspace(root):
    scene = f"/a/{hm3d_fixture.HASH}.basis.glb"
    write_json(root / "val_unseen.json", {"episodes": [navspace_episode() | {"scene_id": scene}]})
    return []


def _r2r(root):
    write_json(root / "R2R_val_unseen.json", [discrete_path()])
    write_json(root / f"connectivity/{SCENE}_connectivity.json", connectivity())
    return [f"vlnce.episodes.graphs={root / 'connectivity'}"]


DATASETS = {
    "rxr_ce": (_rxr, mp3d_fixture, 1, 0),
    "scalevln": (_scalevln, hm3d_fixture, 1, 1),
    "navspace": (_navspace, hm3d_fixture, 1, 0),
    "r2r": (_r2r, mp3d_fixture, 3, 1),
}
"""What writes the episodes, whose scenes they are in, how many there are, and how many walks are not recorded ones."""


@pytest.mark.slow
@pytest.mark.parametrize("dataset", DATASETS)
def test_episodes_of_every_data_set_find_their_scenes(tmp_path, dataset):
    write, scenes, count, followed = DATASETS[dataset]
    scenes.write(tmp_path / "scenes")
    source = scenes.__name__.removesuffix("_fixture")
    parameters = [
        *write(tmp_path / "episodes"),
        f"vlnce.episodes.dataset={dataset}",
        f"vlnce.episodes.path={tmp_path / 'episodes'}",
        f"vlnce.scenes.source={source}",
        f"vlnce.scenes.{source}.path={tmp_path / 'scenes'}",
        "vlnce.render=false",
    ]
    run = kedro_run(tmp_path / "data", "--pipelines=vlnce", f"--params={','.join(parameters)}")
    assert run.code == 0, run.output
    told = account(tmp_path)
    assert (told["episodes_walked"], told["walks"], told["walks_followed"]) == (count, 1, followed)


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ([], "vlnce.episodes.path: is not set"),
        (["vlnce.episodes.path=nowhere.json.gz"], "vlnce.episodes.path: nowhere.json.gz does not exist"),
        (["vlnce.streamvln=habitat_125.1cm_0deg"], "is none of the cameras"),
    ],
)
def test_a_wrong_command_ends_with_one_line(tmp_path, parameters, said):
    words = [f"--params={','.join(parameters)}"] if parameters else []
    run = kedro_run(tmp_path, "--pipelines=vlnce", *words)
    assert run.code == 2
    assert said in " ".join(run.output.split())
    assert "Traceback" not in run.output


@pytest.mark.slow
def test_ways_over_stairs_are_filmed_and_exported(tmp_path):
    """Episodes that led to another storey were left out, or filmed on the floor below."""
    tall_house.write_glb(tmp_path / "scenes" / f"{SCAN}.glb", 2)
    middle, rise = sum(tall_house.FLIGHTS[0]) / 2, tall_house.HEIGHT
    treads = [(tall_house.FOOT + run, run / 0.25 * tall_house.RISE, -middle) for run in (0.5, 2.0, 3.5)]
    up = [(1.5, 0.0, -4.0), (2.4, 0.0, -middle), *treads, (7.5, rise, -middle), (5.0, rise, -5.0)]
    rows = [r2r_episode(1, 1, start=up[0], way=up), r2r_episode(2, 2, start=up[-1], way=up[::-1])]
    write_r2r_ce(tmp_path / "episodes", rows)
    where = [
        f"vlnce.episodes.path={tmp_path / 'episodes'}",
        "vlnce.scenes.source=mesh",
        f"vlnce.scenes.mesh.path={tmp_path / 'scenes'}",
        "vlnce.rendering.backend=raycast",
    ]
    run = kedro_run(tmp_path / "data", "--pipelines=vlnce", f"--params={','.join(where)}")
    assert run.code == 0, run.output
    root = latest(tmp_path / "data/46_vlnce_lerobot") / f"vln_ce/v2.1/{SCAN}"
    assert not validate(root)
    heights = [np.load(file)[:, 2, 3] for file in (tmp_path / "data").glob("45_*/items/*/*/*125cm_0deg/poses.npy")]
    assert sorted(round(float(z[-1] - z[0]), 1) for z in heights) == [-2.9, 2.9]
