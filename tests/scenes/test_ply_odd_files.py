"""PLY files as scanners write them: nothing is lost without a word."""

import pytest
from mesh_rooms import load

from vln_pipeline.errors import DataError

CORNERS = [(0, 0, 0), (6, 0, 0), (6, 2, 0), (2, 2, 0), (2, 6, 0), (0, 6, 0)]


def ply(faces: str, header: str = "", element: str = "face", colors: str = "") -> str:
    """An L-shaped floor."""
    names = [f"property uchar {colors}{name}" for name in ("red", "green", "blue")] if colors is not None else []
    rows = [" ".join(map(str, (*corner, *((200, 50, 40) if names else ())))) for corner in CORNERS]
    head = ["ply", "format ascii 1.0", *filter(None, [header]), "element vertex 6"]
    head += [f"property float {axis}" for axis in "xyz"] + names
    head += [f"element {element} {len(faces.splitlines())}", "property list uchar int vertex_indices", "end_header"]
    return "\n".join([*head, *rows, faces]) + "\n"


def read(tmp_path, text: str):
    (tmp_path / "floor.ply").write_text(text)
    return load(tmp_path / "floor.ply", unit=1.0, up="z", label_structure=False)


@pytest.mark.parametrize("colors", ["", "diffuse_"])
def test_colours_are_those_of_the_file(tmp_path, colors):
    """Those that a scanner called diffuse were lost without a note."""
    (part,) = read(tmp_path, ply("6 0 1 2 3 4 5", colors=colors)).parts
    assert part.colors.tolist() == [[200, 50, 40]] * len(part.vertices)


def test_a_texture_that_is_missing_leaves_grey(tmp_path):
    """It left white, which no surface is."""
    scene = read(tmp_path, ply("6 0 1 2 3 4 5", header="comment TextureFile gone.png"))
    assert [m.color for m in scene.materials] == [(0.8, 0.8, 0.8)]
    assert "missing texture: gone.png does not exist" in scene.defects


@pytest.mark.parametrize(
    ("faces", "element", "told"),
    [
        ("", "face", "holds points and no faces; it is a point cloud without a surface: mesh it first"),
        ("4 0 1 2 3", "tristrips", "holds strips of triangles; open it in MeshLab"),
    ],
)
def test_what_is_no_mesh_is_told_how_to_become_one(tmp_path, faces, element, told):
    """A point cloud was to be "exported with its meshes", which it has none of."""
    with pytest.raises(DataError, match=f"floor.ply: {told}"):
        read(tmp_path, ply(faces, element=element))
