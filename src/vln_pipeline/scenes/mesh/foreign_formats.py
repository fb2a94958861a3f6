"""How to convert what the ``mesh`` source does not read."""

from collections.abc import Iterable
from pathlib import Path

from vln_pipeline.errors import DataError

_BLENDER = "open it in Blender and export glTF 2.0 (.glb)"
_USD = (
    'python -c "import bpy; bpy.ops.wm.read_factory_settings(use_empty=True); '
    "bpy.ops.wm.usd_import(filepath='{0}'); bpy.ops.export_scene.gltf(filepath='{1}.glb')\" "
    "(pip install bpy, or in Blender)"
)
POINT_CLOUD = "it is a point cloud without a surface: mesh it first (Poisson, in CloudCompare or MeshLab) and save .ply"
_COMMANDS = {
    ".dae": "pip install pycollada; python -c \"import trimesh; trimesh.load_scene('{0}').export('{1}.glb')\"",
    ".usd": _USD,
    ".usda": _USD,
    ".usdc": _USD,
    ".usdz": _USD,
    ".stl": "python -c \"import trimesh; trimesh.load_scene('{0}').export('{1}.glb')\"",
    ".fbx": _BLENDER,
    ".blend": _BLENDER,
    ".3ds": _BLENDER,
    ".ifc": "pip install ifcopenshell; IfcConvert {0} {1}.glb",
    ".las": POINT_CLOUD,
    ".laz": POINT_CLOUD,
    ".e57": POINT_CLOUD,
    ".json": "a house of ProcTHOR is a plan, not a mesh: export it from AI2-THOR (RoomPlan: as USDZ), and convert that",
}


def conversion(files: Iterable[Path]) -> DataError | None:
    """Return the error that tells how to convert the first file of a known foreign format, or None."""
    for file in sorted(files, key=lambda file: (file.suffix.lower() == ".json", file)):
        command = _COMMANDS.get(file.suffix.lower())
        if command is not None:
            return DataError(file.name, f"{file.suffix} is not read", command.format(file.name, file.stem))
    return None
