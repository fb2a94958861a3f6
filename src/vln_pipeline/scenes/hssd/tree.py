"""Where the files of HSSD lie, as its configuration for Habitat tells."""

from pathlib import Path

import yaml

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.habitat import dataset_config, scene_instance
from vln_pipeline.scenes.habitat.asset_config import AssetIndex
from vln_pipeline.scenes.published.folder import Folder

_STAGES, _OBJECTS = ("stages",), ("objects/*", "objects/decomposed/*")
"""Where assets lie if the configuration does not tell."""


class Tree:
    """The data set's configuration and what it leads to.

    Attributes:
        config: the configuration.
        stages: finds buildings.
        objects: finds furniture.
    """

    def __init__(self, folder: Folder) -> None:
        """Read the configuration at the root.

        Raises:
            DataError: there is none.
        """
        config = dataset_config.find(folder, "hssd-hab")
        if config is None:
            mend = "set scenes.hssd.path to the folder that holds it"
            raise DataError("hssd-hab.scene_dataset_config.json", "is missing", mend)
        self.config = config
        self._folder = folder
        base = config.file.parent
        self.stages = AssetIndex(folder, base, config.stages, _STAGES, ".stage_config.json")
        self.objects = AssetIndex(folder, base, config.objects, _OBJECTS, ".object_config.json")

    @property
    def lexicon(self) -> str | None:
        """Where the lexicon lies, or None where the configuration does not tell."""
        return next(iter(self.config.descriptors.values()), None)

    def regions(self, scene: str) -> Path | None:
        """Return the file of a scene's rooms, or None."""
        return self._folder.find(f"semantics/scenes/{scene}.semantic_config.json")

    def files(self, scene: Path, name: str) -> list[Path]:
        """Return what a scene is made from; a damaged one fails when it is loaded, not here."""
        found = [scene, *self._folder.glob("semantics/objects.csv")]
        try:
            lexicon = self._folder.find(self.lexicon or "semantics/hssd-hab_semantic_lexicon.json")
            found += [f for f in (self.regions(name), lexicon) if f]
            instance = scene_instance.read(self._folder, scene)
            configs = [
                self.stages.find(instance.stage.template),
                *(self.objects.find(template) for template in sorted({o.template for o in instance.objects})),
            ]
        except DataError:
            return found
        for file in configs:
            if file is not None:
                stem = file.name.partition(".")[0]
                found += [file, *([mesh] if (mesh := file.with_name(f"{stem}.glb")).is_file() else [])]
        return found


def splits(folder: Folder) -> dict[str, tuple[str, ...]]:
    """Return the splits of each scene from ``scene_splits.yaml``, where it is there.

    Raises:
        DataError: it cannot be read.
    """
    file = folder.find("scene_splits.yaml")
    if file is None:
        return {}
    try:
        return {
            str(scene): (str(split),) for split, names in yaml.safe_load(folder.text(file)).items() for scene in names
        }
    except (yaml.YAMLError, AttributeError, TypeError) as error:
        raise DataError("scene_splits.yaml", f"cannot be read ({type(error).__name__})", "download it again") from error
