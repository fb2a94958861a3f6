"""A named pipe as a buffer of a glTF file blocked for ever; nothing but regular files is opened now.

Every reader of folders that others made is asked to open one, in a time that a blocked one would not keep.
"""

import gzip
import json
import os
import signal
import socket
from pathlib import Path

import pytest
from mesh_rooms import load

from vln_pipeline.episodes.formats.files import read_text
from vln_pipeline.errors import DataError
from vln_pipeline.export.reader import ExportedDataset
from vln_pipeline.export.vln_pe.tokens import read_vocabulary
from vln_pipeline.regular_file import regular
from vln_pipeline.scenes import navmesh
from vln_pipeline.scenes.gibson import face_ids, scene_graph_npz
from vln_pipeline.scenes.published import instance_ply
from vln_pipeline.scenes.published.folder import Folder
from vln_pipeline.upstream.check import dataset_folders
from vln_pipeline.upstream.dataset import UpstreamDataset
from vln_pipeline.upstream.pictures import is_whole
from vln_pipeline.upstream.traps.arrays import _opened as opened_array
from vln_pipeline.upstream.traps.images import header

OBJ = "mtllib odd\nv 0 0 0\nv 4 0 0\nv 4 4 3\nusemtl a\nf 1 2 3\n"
SECONDS = 5


@pytest.fixture(autouse=True)
def no_longer_than():
    """Interrupt a test that blocks."""

    def stop(*_):
        raise TimeoutError(f"a reader blocked for {SECONDS} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(SECONDS)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def pipe(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(path)
    return path


def gltf(**parts) -> str:
    return json.dumps({"asset": {"version": "2.0"}, **parts})


BUFFER = gltf(
    buffers=[{"uri": "odd", "byteLength": 36}],
    bufferViews=[{"buffer": 0, "byteLength": 36}],
    accessors=[{"bufferView": 0, "componentType": 5126, "type": "VEC3", "count": 3}],
    meshes=[{"primitives": [{"attributes": {"POSITION": 0}}]}],
    nodes=[{"mesh": 0}],
)
TEXTURE = gltf(
    images=[{"uri": "odd"}],
    textures=[{"source": 0}],
    materials=[{"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}}}],
)
PLY = "ply\nformat ascii 1.0\ncomment TextureFile odd\nelement vertex 0\nend_header\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("buffer.gltf", BUFFER),
        ("texture.gltf", TEXTURE),
        ("library.obj", OBJ),
        ("texture.ply", PLY),
    ],
)
def test_a_pipe_or_a_socket_beside_a_mesh_is_refused(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    pipe(tmp_path / "odd")
    with pytest.raises(DataError, match="odd: is a named pipe, not a file"):
        load(tmp_path / name)
    (tmp_path / "odd").unlink()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(tmp_path / "odd"))
        with pytest.raises(DataError, match="odd: is a socket, not a file"):
            load(tmp_path / name)


def test_a_link_to_a_device_leads_out_of_the_folder(tmp_path):
    (tmp_path / "buffer.gltf").write_text(BUFFER)
    (tmp_path / "odd").symlink_to("/dev/zero")
    with pytest.raises(DataError, match="outside its folder"):
        load(tmp_path / "buffer.gltf")


@pytest.mark.parametrize(
    "read",
    [
        regular,
        lambda path: read_text(path, 1),
        lambda path: read_text(path.rename(path.with_suffix(".gz")), 1),
        read_vocabulary,
        navmesh.read,
        lambda path: face_ids.read_ids(path, "ids"),
        lambda path: face_ids.with_ids(path, "mesh", None, 9),
        lambda path: scene_graph_npz.read(path, "graph"),
        lambda path: instance_ply.read(path, 9),
        lambda path: Folder(path.parent, 1).json(path),
    ],
)
def test_every_reader_refuses_a_pipe(tmp_path, read):
    with pytest.raises(DataError, match="is a named pipe"):
        read(pipe(tmp_path / "odd"))


def test_a_pipe_in_a_dataset_folder_is_what_cannot_be_read(tmp_path):
    dataset = UpstreamDataset(tmp_path)
    names = ("info.json", "dialect.json", "episodes.jsonl")
    for name in (*(f"meta/{name}" for name in names), "data/chunk-000/episode_000000.parquet", "image.jpg"):
        pipe(tmp_path / name)
    assert dataset.info is None
    assert dataset.lines("meta/episodes.jsonl") is None
    assert dataset.rows == {}
    assert not is_whole(tmp_path / "image.jpg")
    assert header(tmp_path / "image.jpg") == (None, None)
    with pytest.raises(DataError, match="is a named pipe"):
        ExportedDataset(tmp_path)


def test_json_nested_without_end_is_what_cannot_be_read(tmp_path):
    """``RecursionError`` is no ``ValueError``: it went through every reader's net."""
    (tmp_path / "meta").mkdir()
    for name in ("meta/info.json", "meta/dialect.json", "meta/episodes.jsonl", "vocabulary"):
        (tmp_path / name).write_text("[" * 200_000)
    dataset = UpstreamDataset(tmp_path)
    assert dataset.info is None
    assert dataset.lines("meta/episodes.jsonl").broken == (1,)
    with pytest.raises(DataError, match="not a readable dataset"):
        ExportedDataset(tmp_path)
    with pytest.raises(DataError, match="not a readable vocabulary"):
        read_vocabulary(tmp_path / "vocabulary")


def test_a_bomb_of_an_episode_file_is_not_unpacked(tmp_path):
    with gzip.open(tmp_path / "bomb.json.gz", "wb", compresslevel=1) as bomb:
        for _ in range(64):
            bomb.write(bytes(2**20))
    with pytest.raises(DataError, match=r"more than 0\.001 GiB of text"):
        read_text(tmp_path / "bomb.json.gz", 0.001)


def test_an_array_that_claims_more_than_its_file_is_refused(tmp_path):
    for shape in ("(1000000000000, 3)", "(99999999999999999999,)", "(-1,)"):
        header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
        path = tmp_path / "liar.npy"
        path.write_bytes(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode())
        assert opened_array(path) is None


def test_links_in_a_circle_are_entered_once(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a/back").symlink_to("..")
    (tmp_path / "a/self").symlink_to("self")
    with pytest.raises(DataError, match="there is no dataset in or under it"):
        dataset_folders(tmp_path)
    with pytest.raises(DataError, match=r"no \.glb"):
        load(tmp_path)


def test_a_file_larger_than_allowed_is_refused_before_it_is_opened(tmp_path):
    (tmp_path / "large").write_bytes(b"12345")
    with pytest.raises(DataError, match="large: 5 bytes, more than 4"):
        regular(tmp_path / "large", 4)
    assert regular(tmp_path / "large", 5) == tmp_path / "large"


def test_a_folder_fails_by_itself_when_it_is_opened(tmp_path):
    with pytest.raises(IsADirectoryError):
        regular(tmp_path).read_bytes()
