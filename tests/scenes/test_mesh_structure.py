import numpy as np
import trimesh
from mesh_rooms import load, room


def scan(tmp_path, **options):
    mesh = trimesh.util.concatenate(list(room(textured=False).values()))
    mesh.export(tmp_path / "scan.ply")
    return load(tmp_path / "scan.ply", **options)


def area(scene, category: str) -> float:
    corners = np.concatenate([p.vertices[p.faces] for p in scene.parts if p.category == category])
    return float(
        np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1).sum() / 2
    )


def test_floor_walls_and_ceiling_of_a_nameless_scan(tmp_path):
    scene = scan(tmp_path)
    assert scene.categories == ("void", "ceiling", "floor", "unknown", "wall")
    assert len({p.instance for p in scene.parts}) == len({p.category for p in scene.parts})
    floor = np.concatenate([p.vertices for p in scene.parts if p.category == "floor"])
    ceiling = np.concatenate([p.vertices for p in scene.parts if p.category == "ceiling"])
    assert floor[:, 2].max() <= 0.1 and ceiling[:, 2].min() >= 2.6
    assert area(scene, "wall") >= 2 * (6 + 5) * 2.7
    # What is left is the chair, the table top, and the rims of floor and ceiling slabs.
    assert area(scene, "unknown") < 10
    assert scene.decisions[-1].startswith("structure: floor, walls and ceiling told apart by")


def test_no_triangle_is_lost_or_doubled(tmp_path):
    labelled, plain = scan(tmp_path), scan(tmp_path, label_structure=False)
    assert len(labelled.mesh.faces) == len(plain.mesh.faces)

    def sorted_centres(scene):
        centres = scene.mesh.vertices[scene.mesh.faces].mean(axis=1).round(6)
        return centres[np.lexsort(centres.T)]

    np.testing.assert_array_equal(sorted_centres(labelled), sorted_centres(plain))
