"""Exporting the kept walks of a scene: one LeRobot dataset per dialect and version.

::

    <directory>/<dialect>/<version>/     a dataset, for instance vln_ce/v2.1
    <directory>/navdp_data/<group>       link to vln_n1/v2.1, and
    <directory>/traj_data/<group>        to vln_ce/v2.1, where InternNav looks for scenes

Walks are taken one at a time, so memory does not grow with their number.
"""

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from vln_pipeline.errors import DataError
from vln_pipeline.export.card import write_card
from vln_pipeline.export.config import ExportConfig
from vln_pipeline.export.episode import Dialect, ExportWalk
from vln_pipeline.export.internnav_links import link_for_internnav
from vln_pipeline.export.point_cloud import POINT_CLOUD, point_cloud
from vln_pipeline.export.reader import ExportedDataset
from vln_pipeline.export.validate import validate
from vln_pipeline.export.vln_ce import VlnCe
from vln_pipeline.export.vln_n1 import VlnN1
from vln_pipeline.export.writer import SceneFacts, Writer
from vln_pipeline.export.writer_v21 import WriterV21
from vln_pipeline.export.writer_v30 import WriterV30
from vln_pipeline.planning.navigation_map import NavigationMap
from vln_pipeline.scenes.scene import Scene

_DIALECTS: Mapping[str, type[VlnN1] | type[VlnCe]] = {VlnN1.name: VlnN1, VlnCe.name: VlnCe}
_WRITERS: Mapping[str, type[Writer]] = {WriterV21.version: WriterV21, WriterV30.version: WriterV30}


def export_scene(
    walks: Iterable[ExportWalk],
    scene: Scene,
    nav: NavigationMap,
    config: ExportConfig,
    directory: Path,
    *,
    seed: int,
    provenance: Mapping[str, Any],
) -> None:
    """Write and validate the datasets of one scene.

    Args:
        walks: those that were kept, in order.
        scene: the scene.
        nav: its floors.
        config: parameters of the stage.
        directory: empty folder of the item.
        seed: the run's seed.
        provenance: what made this data (command, versions, parameters), printed on the dataset cards. It should not
            hold times or paths: cards then are the same for the same run.

    Raises:
        DataError: no walk was kept, an image is missing or broken, walk and footage disagree, or a written dataset
            does not pass its validation.
    """
    config = config.of_group()
    floors: set[int] = set()
    facts = SceneFacts(scene.id, scene.source, scene.licence)
    with ExitStack() as stack:
        writers: list[tuple[Dialect, list[Writer]]] = [
            (dialect, [stack.enter_context(writer) for writer in _writers(dialect, facts, config, directory)])
            for dialect in (_DIALECTS[name](config) for name in config.dialects)
        ]
        for walk in walks:
            floors.add(walk.trajectory.floor)
            for dialect, versions in writers:
                for episode in dialect.episodes(walk):
                    for writer in versions:
                        writer.add(episode)
        if not floors:
            raise DataError(scene.id, "no walk was kept, there is nothing to export", "relax params:filtering")
    for dialect, versions in writers:
        if dialect.name == VlnN1.name:
            cloud = point_cloud(scene, nav, sorted(floors), config.point_cloud, seed)
            for writer in versions:
                cloud.write(writer.root / POINT_CLOUD)
        link_for_internnav(directory, dialect.name, versions, config)
        for writer in versions:
            told = {"origin of the scene": scene.origin or "unknown", "seed": seed, **provenance}
            write_card(ExportedDataset(writer.root), told, group=str(config.vln_ce.group))
            _check(writer, scene)


def _check(writer: Writer, scene: Scene) -> None:
    problems = validate(writer.root)
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise DataError(
            f"{scene.id}, {writer.dialect.name} {writer.version}",
            f"does not pass its validation: {problems[0]}{more}",
            "free disk space or repair the footage, and export again",
        )


def _writers(dialect: Dialect, scene: SceneFacts, config: ExportConfig, directory: Path) -> list[Writer]:
    return [
        _WRITERS[version](directory / dialect.name / version, dialect, scene, config) for version in config.versions
    ]
