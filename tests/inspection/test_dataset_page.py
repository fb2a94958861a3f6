"""The page to leaf through a dataset, and the recording of it."""

import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace

import drawn_room
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from vln_pipeline.commands.view import view
from vln_pipeline.export.config import ExportConfig, V30Config
from vln_pipeline.export.export import export_scene
from vln_pipeline.export.reader import ExportedDataset
from vln_pipeline.inspection.dataset_page import _page, dataset_page
from vln_pipeline.inspection.episode_strip import FRAMES, strip_of
from vln_pipeline.inspection.filmed_walk import walk_of

HOSTILE = "Walk </script><script>alert(1)</script> on & stop."
CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--enable-logging=stderr",
    "--virtual-time-budget=20000",
]


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    folder = tmp_path_factory.mktemp("viewed")
    walks = drawn_room.walks_of(folder / "footage", [drawn_room.trajectory(n, frames=20 + n) for n in range(2)])
    walks[1] = replace(walks[1], labels=replace(walks[1].labels, sum_instruction=HOSTILE))
    config = ExportConfig(v30=V30Config(masks=("semantic", "instance")))
    export_scene(walks, drawn_room.scene(), drawn_room.navigation(), config, folder / "e", seed=7, provenance={})
    return folder / "e"


def records(page):
    text = re.search(r'<script id="data" type="application/json">(.*?)</script>', page, re.DOTALL)[1]
    return json.loads(text)


@pytest.mark.parametrize("dialect", ["vln_n1", "vln_ce"])
@pytest.mark.parametrize("version", ["v2.1", "v3.0"])
def test_a_page_has_every_episode_and_asks_nobody_else(exported, dialect, version):
    page = dataset_page(ExportedDataset(exported / dialect / version), range(2))
    assert not re.search(r"""(?:src|href)=["'](?!data:)|url\(|https?://(?!www\.w3\.org/2000/svg)""", page)
    first, second = records(page)
    assert first["name"] == "room_00000" and len(first["frames"]) == FRAMES
    assert first["wordings"][0] == "Walk room_00000 past the pillar, then stop."
    assert second["wordings"][0] == HOSTILE
    assert page.count("<script") == 2


def test_what_is_in_view_is_counted_where_masks_tell_it(exported):
    """The statistics had words and lengths, not what the frames show."""
    strips = [strip_of(walk_of(ExportedDataset(exported / "vln_n1/v3.0"), episode)) for episode in range(2)]
    seen = [frame for strip in strips for frame in strip.contents]
    column = sum("column" in frame.categories for frame in seen)
    assert len(seen) == 32 and column > 0 and all("wall" in frame.categories for frame in seen)
    page = dataset_page(ExportedDataset(exported / "vln_n1/v3.0"), range(2))
    assert "<span>wall <b>32</b></span>" in page and f"<span>column <b>{column}</b></span>" in page
    assert re.search(r"<th>evenness of the categories[^<]*</th><td>\d[\d.e-]* to \d", page)
    page = dataset_page(ExportedDataset(exported / "vln_n1/v2.1"), range(2))
    assert "These walks have no masks" in page and "evenness" not in page


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        ("data/chunk-000/file-000.parquet", r"walks: cannot be read \(Arrow\w+: .*; export it again"),
        ("meta/masks.json", r"walks: cannot be read \(JSONDecodeError: .*; export it again"),
        ("videos/observation.images.rgb/chunk-000/file-000.mp4", r"walks: cannot be read \(\w+: .*; export it again"),
        ("meta/info.json", r"walks: not a readable dataset .*; export the scene again"),
    ],
)
def test_a_damaged_dataset_is_told_in_one_line(exported, tmp_path, broken, told):
    """A broken table, video or list of names ended the command with a traceback."""
    root = tmp_path / "walks"
    shutil.copytree(exported / "vln_n1/v3.0", root)
    (root / broken).write_bytes(b"no such thing")
    done = CliRunner().invoke(view, [str(root), "--save", str(tmp_path / "walks.html")])
    assert done.exit_code == 1 and re.fullmatch(f"Error: {told}\n", done.output), done.output


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("meta/info.json", ("fps", 0, r"meta/info\.json: fps: .* greater than or equal to 1")),
        ("meta/info.json", ("fps", 29.97, r"meta/info\.json: fps: .* fractional part")),
        ("meta/info.json", ("fps", float("inf"), r"meta/info\.json: fps: ")),
        ("meta/info.json", ("chunks_size", 0, r"meta/info\.json: chunks_size: ")),
        ("meta/info.json", ("features", [1], r"meta/info\.json: features: ")),
        ("meta/dialect.json", ("scenes", [], r"meta/dialect\.json: scenes: ")),
        ("meta/dialect.json", ("cameras", {"60cm_0deg": {}}, r"meta/dialect\.json: cameras\.60cm_0deg\.height: ")),
    ],
)
def test_a_wrong_number_is_told_with_its_file_and_key(exported, tmp_path, file, told):
    """No frames per second ended with a traceback, and 29.97 of them were taken for 29."""
    root = tmp_path / "walks"
    shutil.copytree(exported / "vln_n1/v3.0", root)
    key, value, line = told
    (root / file).write_text(json.dumps({**json.loads((root / file).read_text()), key: value}))
    for name in ("walks.html", "walks.rrd"):
        done = CliRunner().invoke(view, [str(root), "--save", str(tmp_path / name)])
        assert done.exit_code == 1, done.output
        assert re.match(rf"Error: walks: not a readable dataset \({line}[^\n]*\n$", done.output), done.output


def test_a_camera_of_any_size_takes_no_memory(exported, tmp_path):
    """The map made arrays of the width that the file told, a thousand million pixels."""
    root = tmp_path / "walks"
    shutil.copytree(exported / "vln_n1/v3.0", root)
    record = json.loads((root / "meta/dialect.json").read_text())
    record["cameras"]["60cm_15deg"]["intrinsics"]["width"] = 10**9
    (root / "meta/dialect.json").write_text(json.dumps(record))
    done = CliRunner().invoke(view, [str(root), "--save", str(tmp_path / "walks.html")])
    assert done.exit_code == 1 and "cameras.60cm_15deg.intrinsics.width: " in done.output


@pytest.mark.parametrize("name", ["walks.html", "walks.rrd"])
def test_of_a_failure_nothing_is_left_and_the_file_is_named(exported, tmp_path, name):
    """A recording was left half written, and nobody was told which of the videos was cut."""
    if name.endswith("rrd"):
        pytest.importorskip("rerun", reason="needs the extra rerun")
    root = tmp_path / "walks"
    shutil.copytree(exported / "vln_n1/v3.0", root)
    video = root / "videos/observation.images.rgb/chunk-000/file-000.mp4"
    video.write_bytes(video.read_bytes()[: video.stat().st_size // 2])
    (tmp_path / name).write_text("of before")
    done = CliRunner().invoke(view, [str(root), "--save", str(tmp_path / name)])
    assert done.exit_code == 1
    assert re.fullmatch(r"Error: walks: cannot be read \(\w+: videos/\S+/file-000\.mp4: .*\n", done.output), done.output
    assert (tmp_path / name).read_text() == "of before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["walks", name]


def test_a_disk_without_room_is_not_the_datasets_fault(exported, tmp_path):
    """The dataset "cannot be read", it said, and should be exported again."""
    target = tmp_path / f"{'x' * 250}.html"
    done = CliRunner().invoke(view, [str(exported / "vln_n1/v3.0"), "--episode", "0", "--save", str(target)])
    assert done.exit_code == 1 and f"{target}: cannot be written (File name too long)" in done.output, done.output


def test_an_empty_image_is_told_in_one_line(exported, tmp_path):
    """OpenCV fails in a way of its own for no bytes at all."""
    root = tmp_path / "walks"
    shutil.copytree(exported / "vln_n1/v3.0", root)
    path = root / "data/chunk-000/file-000.parquet"
    rows = pq.read_table(path)
    place = rows.schema.get_field_index("observation.depth")
    cells = [{"bytes": b"", "path": "x"}] * len(rows)
    pq.write_table(rows.set_column(place, rows.field(place), pa.array(cells, rows.field(place).type)), path)
    done = CliRunner().invoke(view, [str(root), "--save", str(tmp_path / "walks.html")])
    assert done.exit_code == 1 and "depth of episode 0, frame 0: not a 16-bit image" in done.output, done.output


def test_a_dataset_of_another_program_is_called_that(exported, tmp_path):
    """It was told to be exported again, which nobody can."""
    root = tmp_path / "walks"
    shutil.copytree(exported / "vln_n1/v3.0", root)
    (root / "meta/dialect.json").unlink()
    done = CliRunner().invoke(view, [str(root), "--save", str(tmp_path / "walks.html")])
    assert done.exit_code == 1 and "walks: is a LeRobot dataset without meta/dialect.json: another" in done.output


def test_an_episode_named_twice_is_shown_once(exported, tmp_path):
    words = ["--episode", "1", "--episode", "1", "--save", str(tmp_path / "walks.html")]
    done = CliRunner().invoke(view, [str(exported / "vln_ce/v3.0"), *words])
    assert done.exit_code == 0 and "1 of 2 episodes" in done.output, done.output


def test_a_scene_with_two_blanks_can_be_chosen(exported):
    """A browser takes two blanks of an option for one, and no walk fitted the choice."""
    strips = [replace(strip_of(walk_of(ExportedDataset(exported / "vln_n1/v3.0"), 0)), scene="my  <house>")]
    page = _page("walks", "", strips, [], pd.DataFrame())
    assert '<option value="my  &lt;house&gt;">my  &lt;house&gt;</option>' in page


def test_the_command_works_in_the_folder_and_names_what_is_none(exported, tmp_path, monkeypatch):
    """ "vln-pipeline view ." wrote to a file without a name, and a folder above a dataset was called unreadable."""
    monkeypatch.chdir(shutil.copytree(exported / "vln_n1/v3.0", tmp_path / "walks"))
    done = CliRunner().invoke(view, [".", "--episode", "0"])
    assert done.exit_code == 0 and (tmp_path / "walks/walks.html").is_file(), done.output
    done = CliRunner().invoke(view, [".", "--save", "nowhere/walks.html"])
    assert done.exit_code == 1 and "nowhere/walks.html: its folder is missing" in done.output
    done = CliRunner().invoke(view, [str(exported)])
    assert done.exit_code == 1 and "e: holds no meta/info.json; give the folder of one dataset" in done.output


def test_a_mask_without_names_is_told_in_one_line(exported, tmp_path):
    root = tmp_path / "walks"
    shutil.copytree(exported / "vln_n1/v3.0", root)
    (root / "meta/masks.json").write_text('{"room": {"semantic": {"0": "void", "x": "y"}}}')
    done = CliRunner().invoke(view, [str(root), "--save", str(tmp_path / "walks.html")])
    assert done.exit_code == 1 and re.match(r"Error: room_00000: its mask of frame 0 has [^\n]+\n$", done.output)


def test_what_stands_in_the_way_is_where_the_pillar_and_walls_are(exported):
    strip = strip_of(walk_of(ExportedDataset(exported / "vln_n1/v3.0"), 0))
    x, y = strip.seen.T
    on_wall = (abs(x) < 0.1) | (abs(x - 8) < 0.1) | (abs(y) < 0.1) | (abs(y - 6) < 0.1)
    on_pillar = (x > 2.9) & (x < 3.5) & (y > 2.5) & (y < 3.5)
    assert (on_wall | on_pillar).mean() > 0.98 and on_pillar.any()
    assert 0 < strip.clearance < 3
    assert strip.length == pytest.approx(19 * 0.0376, rel=1e-3)


def test_the_command_names_what_it_wrote_and_refuses_what_is_not_there(exported, tmp_path):
    root, target = str(exported / "vln_ce/v3.0"), tmp_path / "walks.html"
    done = CliRunner().invoke(view, [root, "--episode", "1", "--save", str(target)])
    assert done.exit_code == 0 and "1 of 2 episodes" in done.output and len(records(target.read_text())) == 1
    for words in (["--episode", "2"], ["--save", str(tmp_path / "walks.pdf")]):
        done = CliRunner().invoke(view, [root, *words])
        assert done.exit_code == 1 and re.match(r"Error: [^\n]+\n$", done.output), done.output


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
@pytest.mark.parametrize("width", [1280, 390])
def test_sixty_episodes_are_leafed_through_in_a_browser(exported, tmp_path, width):
    page = dataset_page(ExportedDataset(exported / "vln_ce/v3.0"), [0, 1] * 30)
    leaf = """<script>
      for (let n = 0; n < 60; n++) document.getElementById("next").click();
      const bar = document.documentElement;
      document.title = `leafed ${part("where").textContent}, over ${bar.scrollWidth - bar.clientWidth}`;
    </script>"""
    file = tmp_path / "walks.html"
    file.write_text(page.replace("</body>", f"{leaf}</body>"))
    words = [f"--user-data-dir={tmp_path / 'profile'}", f"--window-size={width},900", "--dump-dom", f"file://{file}"]
    done = subprocess.run([CHROMIUM, *FLAGS, *words], capture_output=True, text=True, timeout=300, check=True)
    assert "<title>leafed 1 of 60, over 0</title>" in done.stdout
    assert "CONSOLE" not in done.stderr


def test_a_recording_is_sound(exported, tmp_path):
    pytest.importorskip("rerun", reason="needs the extra rerun")
    target = tmp_path / "walk.rrd"
    done = CliRunner().invoke(view, [str(exported / "vln_ce/v3.0"), "--episode", "0", "--save", str(target)])
    assert done.exit_code == 0, done.output
    check = subprocess.run(
        [sys.executable, "-m", "rerun", "rrd", "verify", str(target)], capture_output=True, text=True, check=False
    )
    assert check.returncode == 0, check.stderr


def test_without_the_library_the_extra_is_named(exported, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "rerun", None)
    words = [str(exported / "vln_n1/v3.0"), "--save", str(tmp_path / "walk.rrd")]
    done = CliRunner().invoke(view, words)
    assert done.exit_code == 1 and 'pip install -c constraints.txt "vln-pipeline[rerun]"' in done.output
