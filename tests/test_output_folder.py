import pytest

from vln_pipeline.errors import DataError
from vln_pipeline.models.official.folder import to_official
from vln_pipeline.models.system2.load import save
from vln_pipeline.output_folder import make_without_links, require_inside


@pytest.mark.parametrize("write", [lambda folder: to_official(folder, None, None), lambda folder: save(None, folder)])
def test_a_model_is_not_written_into_a_hubs_cache(tmp_path, write):
    """The files of a snapshot in a hub's cache are links to blobs that other snapshots share.

    A model that was written into the folder it was read from overwrote these blobs.
    """
    (tmp_path / "blob").write_text("shared")
    snapshot = tmp_path / "snapshot"
    snapshot.mkdir()
    (snapshot / "config.json").symlink_to(tmp_path / "blob")
    with pytest.raises(DataError, match=r"its config\.json is a link to .*blob, .*; name a new folder"):
        write(snapshot)
    assert (tmp_path / "blob").read_text() == "shared"
    assert list(snapshot.iterdir()) == [snapshot / "config.json"]


def test_a_new_folder_is_made(tmp_path):
    make_without_links(tmp_path / "a/b")
    make_without_links(tmp_path / "a/b")
    assert (tmp_path / "a/b").is_dir()


@pytest.mark.parametrize("level", ["a", "a/b", "a/b/meta"])
def test_a_link_at_any_level_below_the_given_folder_is_seen(tmp_path, level):
    given, elsewhere = tmp_path / "given", tmp_path / "elsewhere"
    dataset = given / "a/b"
    (dataset / "meta").mkdir(parents=True)
    (dataset / "meta/info.json").touch()
    require_inside(dataset / "meta/info.json", given, dataset)
    (given / level).rename(elsewhere)
    (given / level).symlink_to(elsewhere)
    with pytest.raises(DataError, match=r"reached by a link, it lies in .*elsewhere"):
        require_inside(dataset / "meta/info.json", given, dataset)


def test_the_given_folder_and_the_file_may_be_links(tmp_path):
    (tmp_path / "real/meta").mkdir(parents=True)
    (tmp_path / "blob").touch()
    (tmp_path / "real/meta/info.json").symlink_to(tmp_path / "blob")
    (tmp_path / "link").symlink_to("real")
    require_inside(tmp_path / "link/meta/info.json", tmp_path / "link", tmp_path / "link")
