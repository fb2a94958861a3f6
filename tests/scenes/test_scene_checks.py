from dataclasses import replace

import numpy as np
import pytest
import trimesh

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.checks import check
from vln_pipeline.scenes.scene import Material, Part, Scene
from vln_pipeline.scenes.topology import topology


def box(name="box", at=(0, 0, 0), size=(4, 4, 3), **changes) -> Part:
    mesh = trimesh.creation.box(size)
    part = Part(name, mesh.vertices + np.array(at), mesh.faces.astype(np.int32), 0, "box", 1)
    return replace(part, **changes)


def scene(*parts: Part) -> Scene:
    return Scene("home", parts, (Material("plain"), Material("wood", texture=np.zeros((1, 1, 3), np.uint8))))


def test_sound_scene_is_left_alone():
    before = scene(box(), box("other", (10, 0, 0), instance=2))
    after = check(before)
    assert after.parts == before.parts and after.defects == ()


def test_check_twice_is_check_once():
    part = box()
    once = check(scene(replace(part, faces=part.faces[1:, ::-1].copy())))
    assert once.defects and check(once).defects == once.defects


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_few_bad_vertices_cost_their_faces(bad):
    broken = box("torn", (10, 0, 0), instance=2)
    broken.vertices[0, 1] = bad
    touched = int((broken.faces == 0).any(axis=1).sum())
    after = check(scene(box(), broken))
    assert np.isfinite(after.bounds).all()
    assert len(after.mesh.faces) == 24 - touched
    assert f"{touched} triangles dropped: vertices that are not finite" in after.defects


def test_part_of_bad_vertices_is_dropped():
    after = check(scene(box(), box(), box("gone", instance=2, vertices=np.full((8, 3), np.nan))))
    assert [p.name for p in after.parts] == ["box", "box"]
    assert "1 parts dropped, no usable triangle: gone" in after.defects


@pytest.mark.parametrize(
    ("part", "cause"),
    [
        (box(vertices=np.full((8, 3), np.nan)), "12 with vertices that are not finite of 12"),
        (box(faces=np.full((2, 3), 99, np.int32)), "2 with indexes out of range of 2"),
        (box(faces=np.full((2, 3), -1, np.int32)), "2 with indexes out of range of 2"),
        (box(faces=np.zeros((3, 3), np.int32)), "3 with no area of 3"),
        (box(faces=np.zeros((0, 3), np.int32)), "no triangles"),
        (box(vertices=np.zeros((0, 3))), "out of range"),
        (box(material=5), "no material 5"),
        (box(instance=0), "has instance 0"),
        (box(instance=70000), "above 65535"),
        (box(size=(1e6, 1e6, 1e6)), "no building"),
        (box(size=(1e-3, 1e-3, 1e-3)), "no building"),
    ],
)
def test_useless_scene_is_refused(part, cause):
    with pytest.raises(DataError, match=cause) as caught:
        check(scene(part))
    assert caught.value.subject == "home" and caught.value.mend


def test_degenerate_faces_and_stray_vertices_are_dropped():
    part = box()
    stray = np.concatenate([part.vertices, [[1e9, 0, 0], [np.nan, 0, 0]]])
    after = check(
        scene(replace(part, vertices=stray, faces=np.concatenate([part.faces, [[0, 0, 1]]]).astype(np.int32)))
    )
    np.testing.assert_array_equal(after.bounds, [[-2, -2, -1.5], [2, 2, 1.5]])
    assert after.defects == ("1 triangles dropped: no area",)


def test_texture_coordinates_stay_with_their_vertices():
    part = box(uv=np.arange(16, dtype=np.float32).reshape(8, 2), colors=np.arange(24, dtype=np.uint8).reshape(8, 3))
    kept = check(scene(box(), replace(part, faces=part.faces[part.faces.min(axis=1) > 1].copy(), instance=2))).parts[1]
    for vertex, uv, color in zip(kept.vertices, kept.uv, kept.colors, strict=True):
        (index,) = np.flatnonzero((part.vertices == vertex).all(axis=1))
        np.testing.assert_array_equal(uv, part.uv[index])
        np.testing.assert_array_equal(color, part.colors[index])


def test_object_with_two_categories_takes_the_larger():
    after = check(scene(box(), replace(box(category="lid"), faces=box().faces[:2])))
    assert {p.category for p in after.parts} == {"box"}
    assert after.defects[0] == "object 1 is told to be box and lid; taken for box"


def test_closed_parts_that_are_wound_inwards_are_turned():
    """They were reported as flipped, and then no floor was found; rooms seen from inside stay as they are."""
    slab, shell = box("slab", size=(6, 5, 0.2)), box("shell", (0, 0, 1.4), instance=2)
    inside_out = [replace(part, faces=part.faces[:, ::-1].copy()) for part in (slab, shell)]
    checked = check(scene(*inside_out))
    np.testing.assert_array_equal(np.sort(checked.parts[0].faces), np.sort(slab.faces))
    assert topology(checked.mesh).volume.tolist() == pytest.approx([6, -48])
    assert checked.decisions == (
        "winding: 1 of 2 closed parts were turned outwards: their volume was negative; "
        "1 closed parts are wound inwards and left: each may be a room seen from inside",
    )


def test_open_and_bare_parts_are_told():
    part = box()
    # 4 of 18 + 17 edges: the square that is cut out takes its diagonal with it.
    assert "holes: 11% of the edges are open" in check(scene(part, replace(part, faces=part.faces[2:]))).defects
    assert "1 textured parts have no texture coordinates" in check(scene(replace(part, material=1))).defects


def test_seams_do_not_open_a_part():
    part = box()
    apart = replace(
        part, vertices=part.vertices[part.faces].reshape(-1, 3), faces=np.arange(36, dtype=np.int32).reshape(-1, 3)
    )
    shape = topology(scene(apart).mesh)
    assert shape.closed.tolist() == [True] and shape.open_edges == 0
    assert shape.volume[0] == pytest.approx(48)


def test_touching_parts_stay_apart():
    part = box()
    halves = [replace(part, faces=part.faces[:6]), replace(part, faces=part.faces[6:])]
    assert topology(scene(*halves).mesh).closed.tolist() == [False, False]
