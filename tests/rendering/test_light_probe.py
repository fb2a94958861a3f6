from types import SimpleNamespace

import numpy as np
import pytest

from vln_pipeline.rendering.blender.bake_light import _on_lit_side, _some_of_each
from vln_pipeline.rendering.blender.config import BakeConfig
from vln_pipeline.rendering.blender.light_probe import LightProbe
from vln_pipeline.rendering.blender.tessellation import tessellate
from vln_pipeline.rendering.raycast import Raycaster
from vln_pipeline.scenes.scene import Material, Part, Scene

UP = [0.0, 0.0, 1.0]


class Worker:
    """Stands for the Blender process: a point's light is its height plus one, and none on what faces down."""

    def __init__(self, folder):
        self.folder, self.asked = folder, 0

    def request(self, kind, *, points, result, samples, bounces):
        with np.load(self.folder / points) as given:
            self.asked += len(given["position"])
            light = (given["position"][:, 2:] + 1) * (given["normal"][:, 2:] > -0.5)
            direct = np.repeat(light, 3, axis=1).astype(np.float32)
            np.save(self.folder / result, np.concatenate([direct, np.zeros_like(direct)], axis=1))

    def reply(self, timeout):
        return {"file": "light.npy"}


@pytest.fixture
def probe(room, tmp_path):
    worker = Worker(tmp_path)
    return SimpleNamespace(worker=worker, measure=LightProbe(worker, Raycaster(room), BakeConfig(), 1.0).measure)


@pytest.mark.parametrize(
    ("point", "normal", "hidden"),
    [
        ((1.0, 1.0, 0.0), UP, False),  # the open floor
        ((4.05, 2.65, 0.7), UP, True),  # the table's top where the vase stands on it
        ((4.0, 2.6, 0.65), UP, True),  # inside the table, below its top
        ((4.0, 2.21, 0.3), [0.0, -1.0, 0.0], True),  # inside the table, behind its front
    ],
)
def test_points_under_and_inside_things_are_covered(probe, point, normal, hidden):
    light, covered = probe.measure(np.array([point]), np.array([normal]), 16)
    assert covered[0] == hidden
    assert light[0, 0] == (0 if hidden else pytest.approx(point[2] + 1))


def test_close_points_of_one_plane_are_measured_once_and_others_apart(probe):
    points = np.array([[1, 1, 0], [1.001, 1, 0], [1.05, 1, 0], [1, 1, 0.02]], float)
    light, _ = probe.measure(points, np.tile(UP, (4, 1)), 16)
    assert probe.worker.asked == 3
    np.testing.assert_allclose(light[:, 0], points[:, 2] + 1, rtol=1e-6)


def _scene(part):
    return Scene("scene", (part,), (Material("plain"),))


def _lit(scene, folder):
    worker = Worker(folder)
    return worker, _on_lit_side(tessellate(scene, 0.5), LightProbe(worker, Raycaster(scene), BakeConfig(), 1.0))


def test_a_sheet_is_shown_from_its_lit_side_however_it_is_wound(tmp_path):
    corners = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], float)
    for winding in ([[0, 1, 2], [0, 2, 3]], [[2, 1, 0], [3, 2, 0]]):
        _, mesh = _lit(_scene(Part("sheet", corners, np.array(winding, np.int32), 0, "rug", 1)), tmp_path)
        np.testing.assert_allclose(mesh.normals, np.tile(UP, (len(mesh.normals), 1)), atol=1e-12)


def test_the_skin_of_a_solid_needs_no_light_to_know_its_side(tmp_path):
    unit = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], float)
    sides = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    faces = np.array([t for a, b, c, d in sides for t in ((a, b, c), (a, c, d))], np.int32)
    worker, mesh = _lit(_scene(Part("box", 0.4 * unit, faces, 0, "box", 1)), tmp_path)
    assert worker.asked == 0
    assert np.all(np.einsum("vc,vc->v", mesh.normals, mesh.vertices - 0.2) > 0)
    worker, mesh = _lit(_scene(Part("box", 0.4 * unit, faces[:, ::-1].copy(), 0, "box", 1)), tmp_path)
    assert worker.asked > 0
    top = mesh.vertices[:, 2] > 0.39
    assert np.all(mesh.normals[top & (np.abs(mesh.normals[:, 2]) > 0.5), 2] > 0)


def test_a_few_evenly_spaced_members_speak_for_each_group():
    group = np.repeat([2, 0, 1], [1000, 3, 65])
    told = group[_some_of_each(group)]
    counts = np.bincount(told)
    assert counts[0] == 3
    assert 32 <= counts[1] <= 64
    assert 32 <= counts[2] <= 64
    positions = np.flatnonzero(group == 2)
    chosen = np.intersect1d(_some_of_each(group), positions)
    assert np.ptp(np.diff(chosen)) == 0
