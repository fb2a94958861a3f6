"""Materials of a glTF document (Khronos glTF 2.0, section 3.9)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.scenes.mesh import ktx2
from vln_pipeline.scenes.mesh.gltf_document import Document
from vln_pipeline.scenes.mesh.textures import decode
from vln_pipeline.scenes.scene import Material

_PLAIN = 0.8
"""Grey of a surface whose texture cannot be read."""


class Materials:
    """Reads the materials of one document, each image once.

    Attributes:
        defects: what could not be read so far, one clause each.
    """

    def __init__(self, document: Document, texture_size: int) -> None:
        self.defects: list[str] = []
        self._document, self._texture_size = document, texture_size
        self._images: dict[Any, tuple[NDArray[np.uint8] | None, float]] = {}

    def read(self) -> list[Material]:
        """Return the document's materials, named uniquely."""
        entries = self._document.json.get("materials", [])
        return [self._material(i, entry) for i, entry in enumerate(entries)]

    def _material(self, index: int, entry: dict[str, Any]) -> Material:
        pbr = entry.get("pbrMetallicRoughness", {})
        color = self._factors(pbr.get("baseColorFactor"), (1.0, 1.0, 1.0, 1.0))
        name = entry.get("name") or "material"
        texture, opacity = self._texture(pbr.get("baseColorTexture"))
        if texture is None and "baseColorTexture" in pbr:
            # The factor of a textured material is usually white, which no surface is.
            color = (*(_PLAIN * c for c in color[:3]), color[3])
        mode = entry.get("alphaMode")
        if mode == "MASK" and opacity < 1:
            self.defects.append(f"cut-outs of the texture of {name} are shown as surface")
        roughness, metallic = pbr.get("roughnessFactor", 1.0), pbr.get("metallicFactor", 1.0)
        packed, _ = self._texture(pbr.get("metallicRoughnessTexture"))
        if packed is not None:
            # Renderers take one value a material: the mean of the map's green and blue channels.
            roughness, metallic = roughness * packed[..., 1].mean() / 255, metallic * packed[..., 2].mean() / 255
        elif "metallicRoughnessTexture" in pbr:
            # The factor alone is usually 1: without its map everything would be of metal.
            metallic = 0.0
        strength = entry.get("extensions", {}).get("KHR_materials_emissive_strength", {}).get("emissiveStrength", 1.0)
        return Material(
            name=f"{index:03d} {name}",
            color=color[:3],
            texture=texture,
            roughness=float(np.clip(roughness, 0, 1)),
            metallic=float(np.clip(metallic, 0, 1)),
            # One value a material: glass is even, and leaves are masks rather than blends.
            alpha=color[3] * opacity if mode == "BLEND" else 1.0,
            emission=self._factors(entry.get("emissiveFactor"), (0.0, 0.0, 0.0), float(strength)),
        )

    def _texture(self, reference: dict[str, Any] | None) -> tuple[NDArray[np.uint8] | None, float]:
        """Return the image of a texture, None where it has none, and its mean opacity."""
        if reference is None:
            return None, 1.0
        texture = self._document.entry("textures", reference.get("index"))
        extensions = texture.get("extensions", {})
        source = texture.get("source", extensions.get("EXT_texture_webp", {}).get("source"))
        if source is None and "KHR_texture_basisu" in extensions:
            source = extensions["KHR_texture_basisu"].get("source")
        if source not in self._images:
            self._images[source] = self._image(source)
        return self._images[source]

    def _image(self, index: Any) -> tuple[NDArray[np.uint8] | None, float]:
        entry = self._document.entry("images", index)
        name = entry.get("name") or entry.get("uri", "")[:80] or f"image {index}"
        try:
            data = self._document.reference(entry) if "uri" in entry else self._document.view(entry.get("bufferView"))
            return (ktx2.decode if ktx2.is_ktx2(data) else decode)(data, self._texture_size)
        except ktx2.DecoderMissingError as error:
            self.defects.append(f"missing texture: {name} is KTX2-compressed and {error}")
        except (OSError, ValueError) as error:
            self.defects.append(f"missing texture: {name} cannot be read ({error.__class__.__name__})")
        return None, 1.0

    def _factors(self, values: Any, default: tuple[float, ...], strength: float = 1.0) -> tuple:
        found = np.asarray(default if values is None else values, dtype=np.float64)
        if found.shape != (len(default),) or not np.isfinite(found).all():
            raise self._document.error("a colour factor is no list of finite numbers")
        return tuple((np.clip(found, 0, 1) * strength).tolist())
