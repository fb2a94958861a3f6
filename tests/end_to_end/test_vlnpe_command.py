"""The user's command: episodes of R2R-CE in a building of Matterport3D, walked again by two robots."""

import json
import shutil

import mp3d_fixture
import numpy as np
import pytest
import yaml
from command import ROOT, Run, kedro_run, latest, sealed
from episode_files import r2r_episode, write_r2r_ce

from vln_pipeline.export.reader import ExportedDataset
from vln_pipeline.export.validate import validate
from vln_pipeline.export.vln_ce import SEPARATOR
from vln_pipeline.export.vln_pe.isaac_frame import matrices
from vln_pipeline.export.vln_pe.reader import find_recordings, read_recording

SCENE = mp3d_fixture.SCENE
CLIMBS = ((1.5, 0.0, -2.7), (3.5, 0.5, -2.7))


def run_vlnpe(folder) -> Run:
    """Convert by two robots: two wordings of one way, one with stairs, one in no scene, one that cannot be read."""
    if not (folder / "conf").exists():
        mp3d_fixture.write(folder / "scenes")
        rows = [
            r2r_episode(1),
            r2r_episode(2, text="Straight on, then stop."),
            r2r_episode(3, trajectory=8, way=CLIMBS),
            r2r_episode(4, trajectory=9, scan="absent"),
            {"episode_id": 5},
        ]
        write_r2r_ce(folder / "episodes", rows)
        (folder / "words.json").write_text(json.dumps({"walk": 7, "through": 8, "the": 9, "door": 10}))
        shutil.copytree(ROOT / "conf", folder / "conf")
        block = {
            "episodes": {"path": str(folder / "episodes"), "truth": "none"},
            "scenes": {"source": "mp3d", "mp3d": {"path": str(folder / "scenes")}},
            "vocabulary": str(folder / "words.json"),
            "export": {"dialects": ["vln_ce"], "versions": ["v2.1", "v3.0"]},
            "robots": ["h1", "jetbot"],
            "image_scale": 0.25,
        }
        (folder / "conf/local/parameters.yml").write_text(yaml.safe_dump({"vlnpe": block}))
    return kedro_run(folder / "data", "--pipelines=vlnpe", "--env=local", f"--conf-source={folder / 'conf'}")


@pytest.mark.slow
def test_two_robots_record_what_they_walk(tmp_path):
    run = run_vlnpe(tmp_path)
    assert run.code == 0, run.output
    (file,) = (tmp_path / "data/57_vlnpe_account/account.json").glob("*/account.json")
    told = json.loads(file.read_text())
    assert told["episodes_read"] == 5
    assert told["quarantined"] == {"has no instruction": 1}
    assert told["scene_missing_or_failed"] == {"absent": 1}
    assert told["left_out"] == {"duplicate": 1, "stairs": 1}
    assert told["robots"] == {name: {"rejected": {}, "walks": {"success": 1}} for name in ("h1", "jetbot")}

    recordings = latest(tmp_path / "data/55_vlnpe_recordings")
    heights = {}
    for robot in ("h1", "jetbot"):
        (file,) = find_recordings(recordings / robot / f"{SCENE}.{robot}")
        recording = read_recording(file)
        assert (recording.finish_status, recording.fail_reason) == ("success", "success")
        assert [words.text for words in recording.words] == ["Walk through the door.", "Straight on, then stop."]
        assert recording.words[0].tokens[:6] == (7, 8, 9, 10, 1, 0)
        assert recording.action[-1] == 0 and (recording.action[:-1] > 0).all()
        # The start looks along our +y, since the file's agent stands at identity; the goal lies along +x.
        assert recording.robot.yaw[0] == pytest.approx(np.pi / 2, abs=0.1)
        assert recording.robot.position[-1, :2] == pytest.approx([5.5, 2.7], abs=0.4)
        assert recording.rgb.shape == (len(recording), 64, 64, 3) and 0 < recording.depth.min() < 0.5
        heights[robot] = recording.camera.position[:, 2]
        base = matrices(recording.robot.position, recording.robot.orientation)
        mount = {"h1": [0.2, 0, 0.72, 1], "jetbot": [0.06, 0, 0.05, 1]}[robot]
        assert recording.camera.position == pytest.approx((base @ mount)[:, :3], abs=1e-6)
    assert np.ptp(heights["h1"]) > 0.003 and heights["h1"].mean() == pytest.approx(1.67, abs=0.05)
    assert heights["jetbot"].mean() == pytest.approx(0.1, abs=0.01)

    for robot, setting in (("h1", "167cm_15deg"), ("jetbot", "10cm_0deg")):
        root = latest(tmp_path / "data/56_vlnpe_lerobot") / f"vln_ce/v2.1/{SCENE}.{robot}"
        assert not validate(root)
        dataset = ExportedDataset(root)
        assert list(dataset.cameras) == [setting] and dataset.info["robot_type"] == robot
        assert dataset.tasks[0] == SEPARATOR.join(["Walk through the door.", "Straight on, then stop."])
        (joined,) = latest(tmp_path / "data/56_vlnpe_lerobot_joined").glob(f"vln_ce_{robot}_*/")
        assert not validate(joined)
        assert list(ExportedDataset(joined).cameras) == [setting]

    made = sealed(tmp_path / "data/53_vlnpe_walks")
    again = run_vlnpe(tmp_path)
    assert again.code == 0 and len(made) == 2
    assert sealed(tmp_path / "data/53_vlnpe_walks") == made, "nothing is made twice"


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ([], "vlnpe.episodes.path: is not set"),
        (["vlnpe.robots=[h2]"], "robots: h2 is none of h1, g1, aliengo, jetbot"),
        (["vlnpe.export.dialects=[vln_n1]"], "discrete actions only"),
    ],
)
@pytest.mark.slow
def test_a_wrong_command_ends_with_one_line(tmp_path, parameters, said):
    words = [f"--params={','.join(parameters)}"] if parameters else []
    run = kedro_run(tmp_path, "--pipelines=vlnpe", *words)
    assert run.code == 2
    assert said in " ".join(run.output.split())
    assert "Traceback" not in run.output
