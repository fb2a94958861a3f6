"""Parameters of the ``mp3d`` source."""

from vln_pipeline.scenes.published.config import ScannedConfig


class Mp3dConfig(ScannedConfig):
    """Which scenes of Matterport3D, and how to read them."""

    licence: str = (
        "Matterport End User License Agreement for Academic Use of Model Data: non-commercial academic use only"
    )
    """Terms of the scenes, as a dataset card should print them."""
