import pytest

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.hm3d.config import Hm3dConfig
from vln_pipeline.scenes.published.discovery import Found, references
from vln_pipeline.scenes.published.folder import Folder, opened


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "data"
    (root / "a").mkdir(parents=True)
    (root / "a/x.json").write_text('{"k": 1}')
    (root / "y.txt").write_text("text")
    (tmp_path / "secret.json").write_text("{}")
    (root / "link.json").symlink_to(tmp_path / "secret.json")
    (root / "inside.json").symlink_to(root / "a/x.json")
    return Folder(root, 1.0)


def test_neighbouring_folders_may_be_named_by_two_dots(folder):
    assert folder.find("../y.txt", folder.root / "a") == folder.root / "y.txt"
    assert folder.find("inside.json") == folder.root / "a/x.json"
    assert folder.find("nowhere.json") is None


@pytest.mark.parametrize(
    "path",
    [
        "../secret.json",
        "a/../../secret.json",
        "a\\..\\..\\secret.json",
        "/etc/passwd",
        "file:///etc/passwd",
        "link.json",
        "a\0b",
    ],
)
def test_nothing_outside_is_found(folder, path):
    with pytest.raises(DataError, match="leads out of the data set's folder; put the file itself below the root"):
        folder.find(path)


def test_root_may_be_a_link_itself(folder, tmp_path):
    (tmp_path / "alias").symlink_to(folder.root)
    assert Folder(tmp_path / "alias", 1.0).find("y.txt") == folder.root / "y.txt"


def test_links_out_of_the_root_are_not_listed(folder):
    assert [p.name for p in folder.glob("*.json")] == ["inside.json"]


@pytest.mark.parametrize("pattern", ["", "/etc/*", "../*", "a/../../*", "**x"])
def test_patterns_stay_inside(folder, pattern):
    with pytest.raises(DataError, match=r"is no pattern of files below|finds nothing"):
        folder.glob(pattern)


def test_a_link_is_not_read_however_it_was_found(folder):
    with pytest.raises(DataError, match="leads out of the data set's folder"):
        folder.json(folder.root / "link.json")


def test_location_tells_root_and_scene(folder):
    again, relative = opened(folder.locate("val/scene"), 1.0)
    assert (again.root, relative) == (folder.root, "val/scene")


def test_large_files_are_refused(folder):
    with pytest.raises(DataError, match=r"y.txt: 0.0 GiB; raise max_file_size"):
        Folder(folder.root, 1e-9).file("y.txt", "")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe", "no text at byte 0"),
        (b"{", "no readable JSON"),
        (b"[1]", "holds no JSON object"),
        (b"[" * 99999, "no readable JSON"),
    ],
)
def test_what_is_no_json(folder, content, said):
    (folder.root / "z.json").write_bytes(content)
    with pytest.raises(DataError, match=f"z.json: {said}"):
        folder.json(folder.root / "z.json")


@pytest.mark.parametrize("table", ["categories", "rooms"])
def test_a_changed_table_of_the_user_makes_scenes_anew(folder, tmp_path, table):
    """An edited table left finished scenes as they were, with the words of the old one."""
    file = tmp_path / "table.csv"
    found = [Found("a", "a", lambda: [folder.root / "a/x.json"])]

    def fingerprint(**tables):
        config = Hm3dConfig(path=str(folder.root), **tables)
        return references("hm3d", folder, found, config)[0].fingerprint

    file.write_text("couch,sofa\n")
    plain, first = fingerprint(), fingerprint(**{table: str(file)})
    file.write_text("couch,bench\n")
    assert len({plain, first, fingerprint(**{table: str(file)})}) == 3
