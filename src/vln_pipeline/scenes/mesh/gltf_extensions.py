"""Which extensions of glTF are read, and what becomes of a file that needs another (Khronos glTF 2.0, section 3.12)."""

from typing import Any

_READ = frozenset(
    {
        "EXT_mesh_gpu_instancing",
        "EXT_meshopt_compression",
        "EXT_texture_avif",  # an image that is not read: its surface gets a flat colour, and the report says so
        "EXT_texture_webp",
        "KHR_draco_mesh_compression",
        "KHR_materials_emissive_strength",
        "KHR_materials_pbrSpecularGlossiness",
        "KHR_materials_transmission",
        "KHR_materials_unlit",
        "KHR_mesh_quantization",
        "KHR_node_visibility",
        "KHR_texture_basisu",
        "KHR_texture_transform",
        "MSFT_texture_dds",  # as AVIF
    }
)
_LEFT_OUT = frozenset(
    {
        "KHR_lights_punctual",
        "KHR_materials_anisotropy",
        "KHR_materials_clearcoat",
        "KHR_materials_diffuse_transmission",
        "KHR_materials_dispersion",
        "KHR_materials_ior",
        "KHR_materials_iridescence",
        "KHR_materials_sheen",
        "KHR_materials_specular",
        "KHR_materials_variants",
        "KHR_materials_volume",
        "KHR_xmp_json_ld",
    }
)
"""What changes a surface's gloss, lights it, or tells of it; the plain material is shown."""


def unknown_extension(document: dict[str, Any]) -> str | None:
    """Return the first extension that a document requires and this package does not know, or None.

    Such a file cannot be shown as it is meant: "loaders must not load" it, says the standard.
    """
    required = document.get("extensionsRequired", [])
    return next((str(name) for name in required if name not in _READ | _LEFT_OUT), None)


def unread_extensions(document: dict[str, Any]) -> list[str]:
    """Return the extensions that a document uses and that are left out, in alphabetical order."""
    return sorted({str(name) for name in document.get("extensionsUsed", [])} - _READ)
