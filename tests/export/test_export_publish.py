"""Sending a dataset to a hub, and what is not sent."""

import json
import re
import shutil

import hub as hubs
import huggingface_hub
import pytest
from click.testing import CliRunner
from huggingface_hub import DatasetCard

from vln_pipeline.commands.publish import publish as command
from vln_pipeline.errors import DataError
from vln_pipeline.export import publish as publishing
from vln_pipeline.export.card import write_card
from vln_pipeline.export.publish import offer, publish
from vln_pipeline.export.reader import ExportedDataset
from vln_pipeline.export.terms import terms_of
from vln_pipeline.export.writer import SceneFacts


@pytest.fixture
def hub(monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_nobody")
    # The hub of the tests keeps objects by Git LFS; its other way of storing them is a service of its own.
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)  # tests of models set it for the session
    running = hubs.Hub()
    yield running
    running.close()


@pytest.fixture
def root(exported, tmp_path):
    where = tmp_path / "walks"
    shutil.copytree(exported.directory / "vln_n1/v3.0", where)
    (where / "seal.json").write_text("{}")
    return where


def test_everything_but_the_stores_records_is_sent(hub, root):
    publish(offer(root), "someone/walks", endpoint=hub.address)
    sent = {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}
    del sent["seal.json"]
    assert hub.files == sent and hub.commits == 1
    assert set(offer(root).files) == set(sent)


def test_a_cut_upload_goes_on_where_it_stopped(hub, root, monkeypatch):
    monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", lambda _: None)
    publish(offer(root), "someone/walks", endpoint=hub.address)
    all_of_it, hub.files, hub.commits = hub.files, {}, 0
    kept = sorted(hub.objects)[0]
    hub.objects = {kept: hub.objects[kept]}
    hub.cuts = 1000
    with pytest.raises(DataError, match=r"someone/walks: .*; the same command goes on where this one stopped"):
        publish(offer(root), "someone/walks", endpoint=hub.address)
    assert not hub.files and hub.commits == 0
    hub.cuts, hub.puts = 0, 0
    publish(offer(root), "someone/walks", endpoint=hub.address)
    assert hub.files == all_of_it
    assert hub.puts == len(hub.objects) - 1, "what had arrived was sent again"


def test_lerobot_finds_what_was_published(hub, root):
    """lerobot opens a repository by the tag of its version, and there was none; a second upload has to move it."""
    publish(offer(root), "someone/walks", endpoint=hub.address)
    assert hub.tags == {"v3.0": 1}
    (root / "meta/notes.json").write_text("{}")
    publish(offer(root), "someone/walks", endpoint=hub.address)
    assert hub.tags == {"v3.0": 2}


def test_nothing_of_an_earlier_dataset_stays(hub, root):
    """A second upload with fewer files left the others there, and ``load_dataset`` read rows of both."""
    old = {"data/chunk-000/file-001.parquet": b"old", "videos/x/chunk-000/file-000.mp4": b"old", "notes.md": b"mine"}
    hub.files = dict(old)
    publish(offer(root), "someone/walks", endpoint=hub.address)
    assert set(hub.files) == {*offer(root).files, "notes.md"}


def test_what_should_be_private_is_not_sent_to_a_public_repository(hub, root):
    """--private counts for a new repository only; the walks went to the public one without a word."""
    hub.private = False
    with pytest.raises(DataError, match="someone/walks: is there already, for everybody to see; make it private"):
        publish(offer(root), "someone/walks", private=True, endpoint=hub.address)
    assert not hub.files
    publish(offer(root), "someone/walks", endpoint=hub.address)
    assert hub.files


@pytest.mark.parametrize("address", ["http://hub:x", "nowhere", "ftp://hub"])
def test_an_address_that_is_none_is_told_in_one_line(root, address, hub):
    """Some ended with a traceback, for others the connection was said to have broken."""
    with pytest.raises(DataError, match="someone/walks: the address of the hub is none; mend or unset HF_ENDPOINT"):
        publish(offer(root), "someone/walks", endpoint=address)


def test_a_server_that_is_no_hub_is_told_in_one_line(hub, root):
    """An answer without an address ended the command with a traceback."""
    hub.speaks = False
    with pytest.raises(DataError, match=r"someone/walks: the hub and its library do not agree \(KeyError: 'url'\)"):
        publish(offer(root), "someone/walks", endpoint=hub.address)


def test_a_cut_video_is_refused(root):
    """It was published: a dry run looked at rows and metadata only."""
    video = root / "videos/observation.images.rgb/chunk-000/file-000.mp4"
    video.write_bytes(video.read_bytes()[:-2000])
    with pytest.raises(DataError, match=r"walks: does not pass its validation: frames: .*; export it again"):
        offer(root)


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("scenes", [], "meta/dialect.json: scenes: "),
        ("scenes", [{"id": "room", "source": "mesh", "licence": None}], "meta/dialect.json: scenes.0.licence: "),
        ("depth_unit", float("nan"), "meta/dialect.json: depth_unit: "),
    ],
)
def test_terms_that_are_missing_are_no_terms(root, key, value, told):
    """Without any scene a dataset could be published, and without a licence the command ended with a traceback."""
    record = json.loads((root / "meta/dialect.json").read_text())
    (root / "meta/dialect.json").write_text(json.dumps(record | {key: value}))
    with pytest.raises(DataError, match=rf"walks: not a readable dataset \({told}[^\n]*; export the scene again"):
        offer(root)


@pytest.mark.parametrize(
    ("status", "mend"),
    [
        (401, "hf auth login"),
        (403, "hf auth login"),
        (404, "user or organisation"),
        (413, "smaller files"),
        (429, "wait some minutes"),
        (500, "goes on"),
    ],
)
def test_a_refusing_hub_is_told_in_one_line(hub, root, status, mend, monkeypatch):
    monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", lambda _: None)
    hub.status = status
    with pytest.raises(DataError, match=mend) as caught:
        publish(offer(root), "someone/walks", endpoint=hub.address)
    assert "hf_nobody" not in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["walks", "../x", "a/b/c", "-x/y", "", "a/b--c", "a/b..c", "a/b.git"])
def test_a_wrong_name_is_refused_before_anything_is_sent(hub, root, name):
    with pytest.raises(DataError, match="is not a repository's name; give user/name"):
        publish(offer(root), name, endpoint=hub.address)
    assert not hub.files


@pytest.mark.parametrize(
    ("source", "licence", "reason"),
    [
        ("hm3d", "Matterport End User License Agreement", "scenes of HM3D are shared by agreement only"),
        ("mp3d", "Matterport End User License Agreement", "scenes of Matterport3D are shared by agreement only"),
        ("mesh", "", "the terms of room are not known"),
    ],
)
def test_what_the_scenes_terms_forbid_is_refused(root, source, licence, reason):
    record = json.loads((root / "meta/dialect.json").read_text())
    record["scenes"] = [{"id": "room", "source": source, "licence": licence}]
    (root / "meta/dialect.json").write_text(json.dumps(record))
    with pytest.raises(DataError, match=rf"walks: may not be published: {reason}"):
        offer(root)


@pytest.mark.parametrize("card", [None, b"---\nlicense: [\n---\n", b"\xff\xfe", b"no front matter"])
def test_a_broken_card_is_refused_in_one_line(root, card):
    (root / "README.md").unlink()
    if card is not None:
        (root / "README.md").write_bytes(card)
    with pytest.raises(DataError, match=r"walks/README\.md: (cannot be read|tells no licence)[^\n]*; export it again"):
        offer(root)


def test_a_link_is_not_followed(root, tmp_path):
    """A link in a dataset's folder sent whatever file it led to."""
    (tmp_path / "private").write_text("mine")
    (root / "meta/notes.json").symlink_to(tmp_path / "private")
    with pytest.raises(DataError, match=r"walks/meta/notes\.json: is a link"):
        offer(root)


def test_too_many_files_are_refused(root, monkeypatch):
    monkeypatch.setattr(publishing, "_MOST_FILES", 3)
    with pytest.raises(DataError, match=r"has \d+ files, a repository takes 3; publish v3\.0"):
        offer(root)


def test_a_dry_run_refuses_a_wrong_name_too(root):
    done = CliRunner().invoke(command, [str(root), "--repo", "walks", "--dry-run"])
    assert done.exit_code == 1 and "walks: is not a repository's name; give user/name" in done.output


def test_a_dry_run_sends_nothing(hub, root):
    done = CliRunner().invoke(command, [str(root), "--repo", "someone/walks", "--dry-run"])
    assert done.exit_code == 0 and not hub.files, done.output
    assert re.search(r"configuration vln_n1-[0-9a-f]{12}\n.*license cc0-1\.0", done.output)


@pytest.mark.parametrize(
    ("text", "licence"),
    [
        ("Apache-2.0 (generated)", "apache-2.0"),
        ("CC BY-NC 4.0, not for commercial use (Habitat Synthetic Scenes Dataset)", "cc-by-nc-4.0"),
        ("CC-BY-NC-SA-4.0", "cc-by-nc-sa-4.0"),
        ("CC0-1.0", "cc0-1.0"),
        ("MIT", "mit"),
        ("MITRE's own terms", "other"),
        ("CC BY-NC-ND 4.0", "other"),
    ],
)
def test_licences_have_the_hubs_ids(text, licence):
    """Apache-2.0 and CC-BY-NC-4.0 were "other", with the prose as their name."""
    assert terms_of([SceneFacts("room", "mesh", text)]).licence == licence


def test_cards_parse_and_other_terms_have_a_name_and_a_link(root):
    record = json.loads((root / "meta/dialect.json").read_text())
    record["scenes"] = [
        {"id": "a", "source": "mesh", "licence": "My own terms, 2026"},
        {"id": "b", "source": "procedural", "licence": "Apache-2.0"},
    ]
    (root / "meta/dialect.json").write_text(json.dumps(record))
    write_card(ExportedDataset(root), {})
    told = DatasetCard.load(root / "README.md").data.to_dict()
    assert (told["license"], told["license_name"], told["license_link"]) == ("other", "several-terms", "LICENSE.md")
    assert "My own terms, 2026" in (root / "LICENSE.md").read_text()
    assert terms_of([SceneFacts("a", "mesh", "My own terms, 2026")]).name == "my-own-terms-2026"
    assert told["configs"][0]["config_name"].startswith("vln_n1-")


def test_a_scene_of_any_name_has_a_card(root):
    """YAML does not join the halves in which JSON writes an emoji, and a bar in a name split the table of scenes."""
    record = json.loads((root / "meta/dialect.json").read_text())
    record["scenes"] = [{"id": "Haus \U0001f600 | ---\u2028 \u0085", "source": "mesh", "licence": "MIT"}]
    (root / "meta/dialect.json").write_text(json.dumps(record))
    write_card(ExportedDataset(root), {"a|b": {"c": "\U0001f600"}})
    card = DatasetCard.load(root / "README.md")
    assert card.data.to_dict()["pretty_name"] == "Haus \U0001f600 | ---\u2028 \u0085, vln_n1"
    assert str(card).encode() and "| Haus \U0001f600 / --- | mesh | MIT |" in card.text
    assert '| a/b | `{"c": "\U0001f600"}` |' in card.text
