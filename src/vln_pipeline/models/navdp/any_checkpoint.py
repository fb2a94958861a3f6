"""Networks from wherever they come: folders of this project, and files with the published names."""

from pathlib import Path

from vln_pipeline.errors import DataError
from vln_pipeline.models.navdp.checkpoint import load
from vln_pipeline.models.navdp.network import NavdpNetwork
from vln_pipeline.models.navdp.official import load_official
from vln_pipeline.models.navdp.policy_config import PUBLISHED_SERVER, PolicyConfig
from vln_pipeline.models.network_folder import CONFIG, WEIGHTS


def load_any(path: Path) -> tuple[NavdpNetwork, PolicyConfig]:
    """Return a network, and how it is asked unless something else is wanted.

    Folders were trained here, and are asked as in training. Files were trained for the published server, or written for
    it, and are asked as that asks.

    Args:
        path: a folder of this project, or a file of weights.

    Raises:
        DataError: it cannot be read, or is the file of weights in a folder of this project: it does not tell how the
            network is asked.
    """
    if path.name == WEIGHTS and (path.parent / CONFIG).is_file():
        raise DataError(str(path), "is a folder's weights without its configuration", f"name the folder {path.parent}")
    if path.is_dir():
        return load(path), PolicyConfig()
    return load_official(path).network, PUBLISHED_SERVER
