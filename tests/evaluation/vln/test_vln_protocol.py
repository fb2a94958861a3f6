"""Presets against the constants of the code that they name, read there by hand (files and lines: protocol.py)."""

from dataclasses import asdict

import pytest

from vln_pipeline.evaluation.vln.drive_config import DriveConfig
from vln_pipeline.evaluation.vln.protocol import PROTOCOLS

SAME = {"success_distance": 3.0, "forward": 0.25}
HABITAT = {"planar": False, "fidelity": "dtw", "stop_required": True, "max_steps": 500, "pitch": 0.0}
VLN_PE = {
    "planar": True,
    "fidelity": "nearness",
    "stop_required": False,
    "max_steps": 1000,
    "pitch": 30.0,
    "turn": 15.0,
}
AGENT = {"radius": 0.1, "body_height": 1.5, "camera_height": 1.25, "sliding": True, "turn": 15.0}
RXR = {"radius": 0.18, "body_height": 0.88, "camera_height": 0.88, "sliding": False, "turn": 30.0}
PUBLISHED = {
    "r2r_ce": HABITAT | AGENT | {"width": 224, "height": 224, "hfov": 90.0},
    "rxr_ce": HABITAT | RXR | {"width": 640, "height": 480, "hfov": 79.0},
    "internnav": HABITAT | AGENT | {"width": 640, "height": 480, "hfov": 79.0},
    "vln_pe": VLN_PE | {"width": 256, "height": 256, "camera_height": 1.67},
    "vln_pe_dual": VLN_PE | {"width": 640, "height": 480, "hfov": 79.0, "camera_height": 1.25},
}


@pytest.mark.parametrize("name", PROTOCOLS)
def test_a_preset_has_the_constants_of_the_code_that_it_names(name):
    preset = asdict(PROTOCOLS[name])
    expected = SAME | PUBLISHED[name]
    assert {key: preset[key] for key in expected} == expected


@pytest.mark.parametrize(("name", "pitch", "height"), [("rxr_ce", 0.0, 0.88), ("vln_pe", 30.0, 1.67)])
def test_camera_and_body_follow_from_the_preset(name, pitch, height):
    drive = DriveConfig(protocol=name)
    assert (drive.rules.camera.pitch, drive.rules.camera.height) == (pitch, height)
    assert drive.embodied.body.height == PROTOCOLS[name].body_height
    assert DriveConfig(protocol=name, pitch=10.0).rules.camera.pitch == 10.0
