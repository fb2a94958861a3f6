"""Links by which InternNav finds a run's scenes: one folder for NavDP's ``root_dir``, one for System 2's ``traj_data``.

The store of exported datasets links whatever lies two folders deep in a scene's item, group by group, so that a run has
``navdp_data/<source>_<rig>/<scene>`` and ``traj_data/<group>/<scene>``.
"""

from collections.abc import Sequence
from pathlib import Path

from vln_pipeline.export.config import ExportConfig
from vln_pipeline.export.vln_ce import VlnCe
from vln_pipeline.export.vln_n1 import VlnN1
from vln_pipeline.export.writer import Writer
from vln_pipeline.export.writer_v21 import WriterV21

NAVDP, SYSTEM2 = "navdp_data", "traj_data"
LINK_FOLDERS = frozenset({NAVDP, SYSTEM2})


def link_for_internnav(directory: Path, dialect: str, writers: Sequence[Writer], config: ExportConfig) -> None:
    """Link the v2.1 dataset of a scene, where there is one.

    Args:
        directory: folder of the scene's item.
        dialect: name of the dialect.
        writers: of its versions.
        config: parameters of the stage.
    """
    for writer in writers:
        if writer.version != WriterV21.version:
            continue
        groups = {
            VlnN1.name: Path(NAVDP, "_".join((writer.scene.source or "scenes", *sorted(writer.rigs)))),
            VlnCe.name: Path(SYSTEM2, str(config.vln_ce.group)),
        }
        link = directory / groups[dialect]
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(Path("..", dialect, writer.version), target_is_directory=True)
