import numpy as np
import pytest
import trimesh
from mesh_rooms import load, picture, room, write_obj


def test_obj_keeps_objects_materials_and_texture(tmp_path):
    scene = load(write_obj(tmp_path))
    found = {p.name: p for p in scene.parts}
    assert set(found) == set(room())
    for name, part in found.items():
        np.testing.assert_allclose(np.ptp(part.vertices, axis=0), room()[name].extents, atol=1e-6)
    assert found["SM_Kitchen_Chair_02.003"].category == "chair"
    paint, oak = (scene.materials[found[name].material] for name in ("Ceiling", "DiningTable"))
    assert (paint.color, paint.alpha, paint.texture) == ((0.2, 0.4, 0.6), 0.5, None)
    assert oak.color == (1.0, 1.0, 1.0)
    np.testing.assert_array_equal(oak.texture, np.asarray(picture()))
    np.testing.assert_allclose(found["DiningTable"].uv, [[0, 0], [1, 0], [1, 1], [0, 1]])


def test_obj_polygons_become_triangles(tmp_path):
    angle = np.linspace(0, 2 * np.pi, 8, endpoint=False)
    ring = [f"v {3 * np.cos(a):.6f} 0 {-3 * np.sin(a):.6f}" for a in angle]
    (tmp_path / "floor.obj").write_text("\n".join([*ring, "o Floor", "f 1 2 3 4 5 6 7 8"]))
    (part,) = load(tmp_path / "floor.obj").parts
    a, b, c = np.moveaxis(part.vertices[part.faces], 1, 0)
    normals = np.cross(b - a, c - a)
    assert (normals[:, 2] > 0).all()
    assert normals[:, 2].sum() / 2 == pytest.approx(8 * 9 * np.sin(np.pi / 4) / 2, rel=1e-5)


def test_obj_of_one_object_with_two_materials(tmp_path):
    (tmp_path / "m.mtl").write_text("newmtl a\nKd 1 0 0\nnewmtl b\nKd 0 1 0\n")
    (tmp_path / "bed.obj").write_text(
        "mtllib m.mtl\nv 0 0 0\nv 0 0 4\nv 4 0 4\nv 4 0 0\no Bed_01\nusemtl a\nf 1 2 3\nusemtl b\nf 1 3 4\n"
        "o Sofa_01\nf 2 3 4\n"  # the only object of a file would not be named by it
    )
    scene = load(tmp_path / "bed.obj")
    beds = [part for part in scene.parts if part.category == "bed"]
    assert len(scene.parts) == 3 and len(beds) == 2
    assert len({part.instance for part in beds}) == 1
    assert {scene.materials[part.material].color for part in beds} == {(1, 0, 0), (0, 1, 0)}


def test_obj_groups_are_objects_where_it_names_none(tmp_path):
    path = write_obj(tmp_path, texture="-s 2 2 2 -clamp on oak.png")
    path.write_text(path.read_text().replace("\no ", "\ng "))
    scene = load(path)
    assert {p.name for p in scene.parts} == set(room())
    assert len({p.instance for p in scene.parts}) == len(room())
    assert sum(m.texture is not None for m in scene.materials) == 1


def test_obj_without_its_material_file(tmp_path):
    path = write_obj(tmp_path)
    (tmp_path / "room.mtl").unlink()
    scene = load(path)
    assert {p.category for p in scene.parts} == {"floor", "wall", "ceiling", "chair", "dining table"}
    assert "missing texture: room.mtl does not exist" in scene.defects


@pytest.mark.parametrize("damage", ["absent", "garbage"])
def test_missing_texture_is_flat_or_refused(tmp_path, damage):
    path = write_obj(tmp_path)
    (tmp_path / "oak.png").unlink()
    if damage == "garbage":
        (tmp_path / "oak.png").write_bytes(b"\x89PNG\r\n\x1a\n but nothing more")
    scene = load(path)
    assert [d for d in scene.defects if d.startswith("missing texture: oak.png")]
    assert all(m.texture is None for m in scene.materials)
    with pytest.raises(Exception, match=r"room.obj: missing texture: oak.png .*missing_texture"):
        load(path, missing_texture="refuse")


def test_ply_with_vertex_colours_stands_on_z(tmp_path):
    mesh = trimesh.util.concatenate(list(room(textured=False).values()))
    mesh = trimesh.Trimesh(mesh.vertices, mesh.faces, process=False)
    mesh.visual.vertex_colors = np.arange(len(mesh.vertices) * 4).reshape(-1, 4) % 251
    mesh.export(tmp_path / "scan.ply")
    scene = load(tmp_path / "scan.ply", label_structure=False)
    (part,) = scene.parts
    assert (part.category, part.uv) == ("unknown", None)
    np.testing.assert_allclose(part.vertices, mesh.vertices, atol=1e-6)
    np.testing.assert_array_equal(part.colors, np.asarray(mesh.visual.vertex_colors)[:, :3])


def test_ply_of_quads_with_face_colours(tmp_path):
    (tmp_path / "scan.ply").write_text(
        "ply\nformat ascii 1.0\nelement vertex 6\nproperty float x\nproperty float y\nproperty float z\n"
        "element face 2\nproperty list uchar int vertex_indices\nproperty uchar red\nproperty uchar green\n"
        "property uchar blue\nend_header\n0 0 0\n4 0 0\n4 4 0\n0 4 0\n8 0 0\n8 4 0\n"
        "4 0 1 2 3 10 20 30\n4 1 4 5 2 40 50 60\n"
    )
    (part,) = load(tmp_path / "scan.ply", label_structure=False).parts
    assert len(part.faces) == 4
    left = part.vertices[part.faces].mean(axis=1)[:, 0] < 4
    assert (part.colors[part.faces[left]] == [10, 20, 30]).all()
    assert (part.colors[part.faces[~left]] == [40, 50, 60]).all()
