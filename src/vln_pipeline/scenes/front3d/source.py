"""The ``front3d`` source: houses of 3D-FRONT (Fu et al. 2021) with furniture of 3D-FUTURE."""

import re
from functools import partial
from pathlib import Path, PurePosixPath

from vln_pipeline.errors import DataError
from vln_pipeline.regular_file import regular
from vln_pipeline.scenes.front3d import house
from vln_pipeline.scenes.front3d.assembly import Assembly
from vln_pipeline.scenes.front3d.config import Front3dConfig
from vln_pipeline.scenes.front3d.future import FutureModels
from vln_pipeline.scenes.front3d.looks import Looks
from vln_pipeline.scenes.front3d.rooms import room_of
from vln_pipeline.scenes.published.categories import Categories
from vln_pipeline.scenes.published.discovery import Found, open_root, references
from vln_pipeline.scenes.published.folder import Folder, opened
from vln_pipeline.scenes.published.reading import finished, reading
from vln_pipeline.scenes.published.room_table import RoomTable
from vln_pipeline.scenes.scene import Scene
from vln_pipeline.scenes.source import SceneRef

_MODEL = re.compile(rb'"(?:jid|replace_jid)"\s*:\s*"([A-Za-z0-9-]{8,64})"')


class Front3dSource:
    """Reads the building from a house's JSON file and its furniture from 3D-FUTURE, or puts boxes in its place."""

    def __init__(self, config: Front3dConfig) -> None:
        self._config = config
        self._categories = Path(__file__).with_name("categories.json")

    def discover(self) -> tuple[SceneRef, ...]:
        """Return the wanted houses.

        Raises:
            DataError: there are none.
        """
        folder = open_root(self._config, "front3d")
        models = {p.parent.name: p for p in folder.glob(f"{self._config.models}/*/raw_model.obj")}
        found = [
            Found(file.stem, folder.name(file), partial(self._made_of, folder, file, models))
            for file in folder.glob(f"{self._config.houses}/*.json")
        ]
        return references("front3d", folder, found, self._config)

    def load(self, ref: SceneRef) -> Scene:
        """Return one house.

        Raises:
            DataError: it cannot be used.
        """
        folder, relative = opened(ref.location, self._config.max_file_size)
        with reading(relative):
            return self._read(ref, folder, relative)

    def _read(self, ref: SceneRef, folder: Folder, relative: str) -> Scene:
        file = folder.file(relative, "download 3D-FRONT again")
        told = house.read(folder, file)
        triangles = sum(len(piece.faces) for room in told.rooms for piece in room.pieces)
        if triangles > self._config.max_triangles:
            raise DataError(relative, f"{triangles} triangles", "raise scenes.front3d.max_triangles")
        categories = Categories(self._categories, self._config.categories)
        looks = Looks(folder, self._config.textures, told.looks, self._config.texture_size)
        models = FutureModels(folder, self._config.models, looks, self._config.texture_size, self._config.max_triangles)
        assembly = Assembly(looks, models, categories, self._config)
        assembly.add(told)
        rooms = [room for room in map(room_of, told.rooms) if room is not None]
        return finished(
            Scene(
                id=ref.id,
                parts=tuple(assembly.parts),
                materials=tuple(looks.materials),
                rooms=tuple({room.name: room for room in rooms}.values()),
                source="front3d",
                licence=self._config.licence,
                origin=f"3D-FRONT {file.stem}",
                defects=(*looks.defects, *categories.defects(), *assembly.defects()),
            ),
            annotated=True,
            table=RoomTable(self._config.rooms),
        )

    def _made_of(self, folder: Folder, file: Path, models: dict[str, Path]) -> list[Path]:
        """Return the house and what is there of its models and textures; that a name stands in it is enough."""
        named = sorted({name.decode() for name in _MODEL.findall(regular(file).read_bytes())})
        textures = [folder.root / PurePosixPath(self._config.textures, name, "texture.png") for name in named]
        return [file, *(models[name] for name in named if name in models), *(t for t in textures if t.is_file())]
