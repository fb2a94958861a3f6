"""Materials of a glTF document (Khronos glTF 2.0, section 3.9, and the material extensions that are read)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.scenes.mesh.emissive_map import shown
from vln_pipeline.scenes.mesh.gltf_document import Document
from vln_pipeline.scenes.mesh.gltf_textures import Textures
from vln_pipeline.scenes.scene import Material

_PLAIN = 0.8
"""Grey of a surface whose texture cannot be read."""
_REFLECTED = 0.1
"""Opacity that is left to clear glass: what it reflects and tints."""
_DIELECTRIC = 0.04
"""Reflectance of what is no metal, at normal incidence."""


def picture(entry: dict[str, Any]) -> dict[str, Any] | None:
    """Return the reference to the texture that a material shows, whose coordinates its surfaces need, or None."""
    gloss = _extension(entry, "KHR_materials_pbrSpecularGlossiness")
    base = entry.get("pbrMetallicRoughness", {}).get("baseColorTexture") if gloss is None else None
    return base or (gloss or {}).get("diffuseTexture") or entry.get("emissiveTexture")


def _extension(entry: dict[str, Any], name: str) -> dict[str, Any] | None:
    found: dict[str, Any] | None = entry.get("extensions", {}).get(name)
    return found


class Materials:
    """Reads the materials of one document.

    Attributes:
        defects: what could not be read so far, one clause each.
    """

    def __init__(self, document: Document, texture_size: int) -> None:
        self._document, self._textures = document, Textures(document, texture_size)
        self.defects = self._textures.defects

    def read(self) -> list[Material]:
        """Return the document's materials, named uniquely."""
        entries = self._document.json.get("materials", [])
        return [self._material(i, entry) for i, entry in enumerate(entries)]

    def _material(self, index: int, entry: dict[str, Any]) -> Material:
        name = entry.get("name") or "material"
        color, reference, roughness, metallic = self._base(entry)
        texture, opacity = self._textures.read(reference)
        if texture is None and reference is not None:
            # The factor of a textured material is usually white, which no surface is.
            color = (*(_PLAIN * c for c in color[:3]), color[3])
        mode = entry.get("alphaMode")
        if mode == "MASK" and opacity < 1:
            self.defects.append(f"cut-outs of the texture of {name} are shown as surface")
        texture, tint, emission = self._emitted(name, entry, texture, color[:3], reference)
        alpha = color[3] * opacity if mode == "BLEND" else 1.0
        return Material(
            name=f"{index:03d} {name}",
            color=tint,
            texture=texture,
            roughness=float(np.clip(roughness, 0, 1)),
            metallic=float(np.clip(metallic, 0, 1)),
            # One value a material: glass is even, and leaves are masks rather than blends.
            alpha=alpha * self._opacity(entry),
            emission=emission,
        )

    def _base(self, entry: dict[str, Any]) -> tuple[tuple, dict[str, Any] | None, float, float]:
        """Return colour with opacity, texture, roughness and metallic, by whichever model describes the material."""
        gloss = _extension(entry, "KHR_materials_pbrSpecularGlossiness")
        if gloss is not None:
            diffuse = self._factors(gloss.get("diffuseFactor"), (1.0, 1.0, 1.0, 1.0))
            specular = self._factors(gloss.get("specularFactor"), (1.0, 1.0, 1.0))
            reference = gloss.get("diffuseTexture")
            # Only what reflects much and scatters nothing is metal; its colour is what it reflects.
            metal = reference is None and max(diffuse[:3]) <= _DIELECTRIC < min(specular)
            color = (*specular, diffuse[3]) if metal else diffuse
            # The map's alpha is the glossiness; its factor alone is usually 1, a mirror.
            packed, glossiness = self._textures.read(gloss.get("specularGlossinessTexture"))
            if packed is None and "specularGlossinessTexture" in gloss:
                glossiness = 0.0
            return color, reference, 1 - float(gloss.get("glossinessFactor", 1.0)) * glossiness, float(metal)
        pbr = entry.get("pbrMetallicRoughness", {})
        color = self._factors(pbr.get("baseColorFactor"), (1.0, 1.0, 1.0, 1.0))
        reference = pbr.get("baseColorTexture")
        if _extension(entry, "KHR_materials_unlit") is not None:
            return color, reference, 1.0, 0.0
        roughness, metallic = pbr.get("roughnessFactor", 1.0), pbr.get("metallicFactor", 1.0)
        packed, _ = self._textures.read(pbr.get("metallicRoughnessTexture"))
        if packed is not None:
            # Renderers take one value a material: the mean of the map's green and blue channels.
            roughness, metallic = roughness * packed[..., 1].mean() / 255, metallic * packed[..., 2].mean() / 255
        elif "metallicRoughnessTexture" in pbr:
            # The factor alone is usually 1: without its map everything would be of metal.
            metallic = 0.0
        return color, reference, roughness, metallic

    def _emitted(
        self,
        name: str,
        entry: dict[str, Any],
        texture: NDArray[np.uint8] | None,
        color: tuple[float, float, float],
        reference: dict[str, Any] | None,
    ) -> tuple[NDArray[np.uint8] | None, tuple[float, float, float], tuple[float, float, float]]:
        """Return texture, colour and emission of a material, its emissive map applied."""
        extension = _extension(entry, "KHR_materials_emissive_strength") or {}
        strength = float(extension.get("emissiveStrength", 1.0))
        factor = self._factors(entry.get("emissiveFactor"), (0.0, 0.0, 0.0), strength)
        emissive = entry.get("emissiveTexture")
        if emissive is None or not any(factor):
            return texture, color, factor
        glow, _ = self._textures.read(emissive)
        if glow is None:
            # Without its map the whole surface would glow.
            return texture, color, (0.0, 0.0, 0.0)
        result = shown(texture, color, glow, factor)
        if any(result[2]):
            return result
        if reference is not None and _coordinates(reference) != _coordinates(emissive):
            self.defects.append(f"the emissive map of {name} has coordinates of its own and is not shown")
            return texture, color, (0.0, 0.0, 0.0)
        self.defects.append(f"the emissive map of {name} is shown as colour: it lights nothing")
        return result

    def _opacity(self, entry: dict[str, Any]) -> float:
        """Return how opaque KHR_materials_transmission leaves a material."""
        told = _extension(entry, "KHR_materials_transmission")
        if told is None:
            return 1.0
        share = float(np.clip(told.get("transmissionFactor", 0.0), 0, 1))
        through, _ = self._textures.read(told.get("transmissionTexture"))
        if through is not None:
            share *= through[..., 0].mean() / 255
        return 1 - (1 - _REFLECTED) * share

    def _factors(self, values: Any, default: tuple[float, ...], strength: float = 1.0) -> tuple:
        found = np.asarray(default if values is None else values, dtype=np.float64)
        if found.shape != (len(default),) or not np.isfinite(found).all() or not np.isfinite(strength):
            raise self._document.error("a colour factor is no list of finite numbers")
        return tuple((np.clip(found, 0, 1) * max(strength, 0.0)).tolist())


def _coordinates(reference: dict[str, Any]) -> tuple[int, Any]:
    """Return what the coordinates of a texture depend on."""
    return reference.get("texCoord", 0), reference.get("extensions", {}).get("KHR_texture_transform")
