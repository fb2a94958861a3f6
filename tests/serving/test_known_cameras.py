"""The record of cameras goes with a checkpoint, whatever form that has, and a robot with another camera hears of it."""

import json

import pytest
import torch
from running import POLICY

from vln_pipeline.errors import DataError
from vln_pipeline.models.navdp.checkpoint import save
from vln_pipeline.models.navdp.official_export import told_in, write_official
from vln_pipeline.models.navdp.policy import NavdpPolicy
from vln_pipeline.models.trained_cameras import CAMERAS, TrainedCameras
from vln_pipeline.rendering.camera import Intrinsics
from vln_pipeline.serving.app import application
from vln_pipeline.serving.config import ServeConfig
from vln_pipeline.serving.known_cameras import KnownCameras, known_cameras
from vln_pipeline.serving.navdp import NavdpContract

LOW = TrainedCameras.of([(0.3, 0.0, Intrinsics.from_fov(64, 48, 90)), (0.6, 15.0, Intrinsics.from_fov(64, 48, 70))])
HIGH = TrainedCameras.of([(1.25, 30.0, Intrinsics.from_fov(64, 48, 79)), (1.25, 0.0, None)])


def folder(path, cameras):
    path.mkdir()
    if cameras is not None:
        cameras.write(path)
    return path


def test_what_lies_beside_both_systems_is_known_by_their_names(tmp_path):
    system2, system1, silent = (folder(tmp_path / name, told) for name, told in (("2", HIGH), ("1", LOW), ("0", None)))
    assert known_cameras(system2, system1, None) == {"system1": LOW, "system2": HIGH}
    assert known_cameras(system2, silent, None) == {"system2": HIGH}
    assert known_cameras(silent, None, None) == {}
    assert known_cameras(silent, None, system1 / CAMERAS) == {"system1": LOW}
    assert known_cameras(system2, system1, system2 / CAMERAS) == {"system1": HIGH, "system2": HIGH}


def test_a_written_file_tells_the_cameras_and_files_of_others_tell_none(network, tmp_path):
    """A .ckpt leaves the folder with the record behind, so its server knew nothing of cameras."""
    write_official(tmp_path / "navdp.ckpt", network, any_size=True, cameras=LOW)
    assert known_cameras(tmp_path / "navdp.ckpt", None, None) == {"system1": LOW}
    write_official(tmp_path / "silent.ckpt", network, any_size=True)
    torch.save(dict(network.state_dict()), tmp_path / "other.ckpt")
    assert told_in(tmp_path / "silent.ckpt")["cameras"] is None
    for name in ("silent.ckpt", "other.ckpt"):
        assert known_cameras(tmp_path / name, None, None) == {}


def test_lenses_that_a_dataset_does_not_tell_are_not_compared():
    assert (HIGH.height, HIGH.pitch, HIGH.hfov, HIGH.vfov) == ((1.25, 1.25), (0, 30), None, None)
    assert LOW.hfov == (70, 90)


def test_a_broken_record_is_named(network, tmp_path):
    path = tmp_path / CAMERAS
    path.write_text(json.dumps({"height": [2, 1], "pitch": [0, 30]}))
    with pytest.raises(DataError, match=r"cameras\.json: is no record of cameras: it: .*height: 2.* is more than 1"):
        known_cameras(tmp_path, None, None)
    with pytest.raises(DataError, match=r"none\.json: cannot be read"):
        known_cameras(folder(tmp_path / "silent", None), None, tmp_path / "none.json")
    write_official(tmp_path / "navdp.ckpt", network, any_size=True)
    table = torch.load(tmp_path / "navdp.ckpt", weights_only=True)
    table._metadata[""]["vln_pipeline"]["cameras"] = {"height": "high"}
    torch.save(table, tmp_path / "navdp.ckpt")
    with pytest.raises(DataError, match="its record of cameras makes no sense"):
        known_cameras(tmp_path / "navdp.ckpt", None, None)


def test_a_reset_that_tells_of_another_camera_is_warned_of_or_refused(network, tmp_path):
    from starlette.testclient import TestClient

    save(network, tmp_path)
    LOW.write(tmp_path)
    told = {
        "intrinsic": [[32, 0, 32], [0, 32, 24], [0, 0, 1]],
        "camera": {"height": 1.6, "pitch": 0, "width": 64, "rows": 48},
    }
    policy, config, learned = NavdpPolicy(network, POLICY), ServeConfig(), known_cameras(tmp_path, None, None)

    def answer(strict, camera):
        cameras = KnownCameras(learned, strict=strict)
        app = application(lambda metrics, worker: NavdpContract(policy, config, metrics, worker, cameras), config, {})
        with TestClient(app) as client:
            return client.post("/navigator_reset", json=told | {"camera": camera})

    low = told["camera"] | {"height": 0.4}
    assert answer(False, told["camera"]).json()["warnings"] == ["system1: camera height 1.6 m, learned from 0.3 to 0.6"]
    assert answer(True, told["camera"]).status_code == 422
    assert answer(True, low).json() == answer(True, None).json() == {"algo": "navdp"}
