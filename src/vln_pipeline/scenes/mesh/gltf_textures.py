"""Images of a glTF document (Khronos glTF 2.0, section 3.8)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.scenes.mesh import ktx2
from vln_pipeline.scenes.mesh.gltf_document import Document
from vln_pipeline.scenes.mesh.sidecars import OutsideError
from vln_pipeline.scenes.mesh.textures import decode

_KINDS = ("EXT_texture_webp", "KHR_texture_basisu")
"""Extensions whose images are read, the first before the second."""
_UNREAD = {"EXT_texture_avif": "AVIF", "MSFT_texture_dds": "DDS"}


class Textures:
    """Reads the images of one document, each once.

    Attributes:
        defects: what could not be read so far, one clause each.
    """

    def __init__(self, document: Document, texture_size: int) -> None:
        self.defects: list[str] = []
        self._document, self._texture_size = document, texture_size
        self._images: dict[int, tuple[NDArray[np.uint8] | None, float]] = {}

    def read(self, reference: dict[str, Any] | None) -> tuple[NDArray[np.uint8] | None, float]:
        """Return the (h, w, 3) image that a material refers to, None where there is none, and its mean opacity."""
        if reference is None:
            return None, 1.0
        index = reference.get("index")
        texture = self._document.entry("textures", index)
        extensions = texture.get("extensions", {})
        known = [extensions[name].get("source") for name in _KINDS if name in extensions]
        source = next((s for s in (texture.get("source"), *known) if s is not None), None)
        if source is None:
            kind = next((f"is {kind}, which is not read" for name, kind in _UNREAD.items() if name in extensions), None)
            self.defects.append(f"missing texture: textures[{index}] {kind or 'names no image'}")
            return None, 1.0
        if source not in self._images:
            self._images[source] = self._image(source)
        return self._images[source]

    def _image(self, index: int) -> tuple[NDArray[np.uint8] | None, float]:
        entry = self._document.entry("images", index)
        name = entry.get("name") or entry.get("uri", "")[:80] or f"image {index}"
        try:
            data = self._document.reference(entry) if "uri" in entry else self._document.view(entry.get("bufferView"))
            return (ktx2.decode if ktx2.is_ktx2(data) else decode)(data, self._texture_size)
        except ktx2.DecoderMissingError as error:
            self.defects.append(f"missing texture: {name} is KTX2-compressed and {error}")
        except OutsideError:
            self.defects.append(f"missing texture: {name} lies outside the file's folder")
        except (OSError, ValueError) as error:
            self.defects.append(f"missing texture: {name} cannot be read ({error.__class__.__name__})")
        return None, 1.0
