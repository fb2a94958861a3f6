"""Parameters of the ``gibson`` source."""

from vln_pipeline.scenes.published.config import ScannedConfig


class GibsonConfig(ScannedConfig):
    """Which scenes of Gibson, and how to read them."""

    allow_pickle: bool = False
    """Whether the .npz files of 3DSceneGraph, which hold a Python pickle, may be read where no .scn file is."""
    licence: str = "Gibson Database of Spaces agreement and 3DSceneGraph: non-commercial research only"
    """Terms of the scenes, as a dataset card should print them."""
