"""Terms of scenes in the form of dataset hubs, and whether they let anyone publish what was made of the scenes."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from vln_pipeline.export.writer import SceneFacts

_KNOWN: Mapping[str, str] = {
    "apache-2.0": r"apache[ -]2\.0",
    "mit": r"mit",
    "cc0-1.0": r"cc0([ -]1\.0)?",
    "cc-by-4.0": r"cc[ -]by[ -]4\.0",
    "cc-by-sa-4.0": r"cc[ -]by[ -]sa[ -]4\.0",
    "cc-by-nc-4.0": r"cc[ -]by[ -]nc[ -]4\.0",
    "cc-by-nc-sa-4.0": r"cc[ -]by[ -]nc[ -]sa[ -]4\.0",
}
"""The hub's id of a licence, and how our sources and users write it, at the beginning of its text."""
_AGREEMENTS: Mapping[str, tuple[str, str, str]] = {
    "hm3d": ("hm3d", "https://matterport.com/matterport-end-user-license-agreement-academic-use-model-data", "HM3D"),
    "mp3d": ("matterport3d", "https://kaldir.vc.in.tum.de/matterport/MP_TOS.pdf", "Matterport3D"),
    "gibson": ("gibson", "https://svl.stanford.edu/gibson2/assets/GDS_agreement.pdf", "Gibson"),
    "front3d": ("3d-front", "https://tianchi.aliyun.com/specials/promotion/alibaba-3d-scene-dataset", "3D-FRONT"),
    "replica": ("replica", "https://github.com/facebookresearch/Replica-Dataset/blob/main/LICENSE", "Replica"),
}
"""Scene sources behind an agreement: name and address of its text, and what the data set is called."""


@dataclass(frozen=True)
class Terms:
    """Terms of a dataset.

    Attributes:
        licence: an id that hubs know; "other" where none is.
        name: of other terms: lower case, digits and hyphens.
        link: to the text of other terms.
        refusal: why the dataset may not be published, or None.
    """

    licence: str
    name: str | None = None
    link: str | None = None
    refusal: str | None = None

    @property
    def front_matter(self) -> dict[str, str]:
        """The entries of a dataset card's front matter."""
        told = {"license": self.licence, "license_name": self.name, "license_link": self.link}
        return {key: value for key, value in told.items() if value is not None}


def terms_of(scenes: Iterable[SceneFacts]) -> Terms:
    """Return the terms of a dataset that was made of scenes; of differing ones, that of none can speak for all."""
    found = {_terms(scene) for scene in scenes}
    refusal = next((terms.refusal for terms in sorted(found, key=str) if terms.refusal), None)
    if len(found) == 1:
        return found.pop()
    return Terms("other", "several-terms", "LICENSE.md", refusal)


def _terms(scene: SceneFacts) -> Terms:
    if scene.source in _AGREEMENTS:
        name, link, title = _AGREEMENTS[scene.source]
        return Terms("other", name, link, f"scenes of {title} are shared by agreement only: {scene.licence}")
    text = scene.licence.lower()
    for licence, pattern in _KNOWN.items():
        if re.match(rf"{pattern}(?![\w.-])", text):
            return Terms(licence)
    if not text:
        return Terms("other", "unknown", "LICENSE.md", f"the terms of {scene.id} are not known")
    return Terms("other", re.sub(r"[^a-z0-9]+", "-", text).strip("-")[:60].strip("-"), "LICENSE.md")
