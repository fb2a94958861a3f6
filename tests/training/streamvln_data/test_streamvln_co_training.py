import json

import av
import numpy as np
import pytest
import yaml
from PIL import Image
from windowed_walks import walk

from vln_pipeline.errors import DataError
from vln_pipeline.models.streamvln.conversation import Visual
from vln_pipeline.models.streamvln.processing import Processor
from vln_pipeline.models.system2.conversation import Role
from vln_pipeline.training.streamvln_data.co_training import co_training_tasks, sampled
from vln_pipeline.training.streamvln_data.data import open_data
from vln_pipeline.training.streamvln_data.dataset import StreamVlnDataset
from vln_pipeline.training.streamvln_data.media import read_clip, within


def grey(level, size=(32, 24)):
    return np.full((size[1], size[0], 3), level, np.uint8)


def level(image):
    return round(float(image.mean()))


def write_video(path, frames=40, rate=10):
    """Write frames that brighten by 5; a lossy codec may be off by a few levels."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=rate)
        stream.width, stream.height, stream.pix_fmt = 32, 24, "yuv420p"
        for number in range(frames):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(grey(5 * number + 20), format="rgb24")))
        container.mux(stream.encode())


def turns(*texts):
    return [{"from": ("human", "gpt")[n % 2], "value": text} for n, text in enumerate(texts)]


@pytest.fixture
def media(tmp_path):
    """Folder with all kinds of media, and files that name them."""
    folder = tmp_path / "media"
    for n in range(4):
        write_video(folder / f"videos/academic/nextqa/{n}.mp4")
    for scan in ("scene0000_00", "scene0001_00"):
        (folder / "scans/scannet/posed_images" / scan).mkdir(parents=True)
        for n in range(60):
            Image.fromarray(grey(4 * n)).save(folder / f"scans/scannet/posed_images/{scan}/{n:05d}.jpg")
    (folder / "pages").mkdir()
    for n in range(8):
        Image.fromarray(grey(20 * n + 20)).save(folder / f"pages/{n}.png")
    Image.fromarray(grey(100, (200, 50))).save(folder / "videos/wide.png")
    videos = [
        {"id": n, "video": f"nextqa/{n}.mp4", "data_source": "academic",
         "conversations": turns("<image>\nWhat is it?", "Grey.", "And then?", "Brighter.")}
        for n in range(4)
    ]  # fmt: skip
    scans = [
        {"id": n, "video": f"scannet/posed_images/scene000{n % 2}_00", "data_source": "",
         "conversations": turns("<video>\nHow many chairs?", "Two.")}
        for n in range(4)
    ]  # fmt: skip
    (tmp_path / "videos.json").write_text(json.dumps(videos))
    (tmp_path / "scans.jsonl").write_text("\n".join(map(json.dumps, scans)))
    shards = tmp_path / "mmc4"
    shards.mkdir()
    page = {
        "text_list": ["Zero. ", "One. ", "Two. ", "Three. "],
        "image_info": [
            {"image_name": "3.png", "matched_text_index": 3},
            {"image_name": "1.png", "matched_text_index": 1},
        ],
        "similarity_matrix": [],
    }
    for n in range(2):
        (shards / f"shard_{n}.jsonl").write_text(f"{json.dumps(page)}\n\n{json.dumps(page)}\n")
    return tmp_path


@pytest.fixture
def config(media, walked):
    """Return a function that names a mix in a file."""
    every = {
        "QA_datasets": [{"json_path": str(media / "videos.json")}],
        "SCANQA_datasets": [{"json_path": str(media / "scans.jsonl")}],
        "MMC4_datasets": [{"json_path": str(media / "mmc4")}],
    }

    def write(mix=every, **options):
        path = media / "mix.yml"
        path.write_text(yaml.safe_dump(mix) if not isinstance(mix, str) else mix)
        folders = {"video_qa": "videos", "scan_qa": "scans", "mmc4": "pages"}
        told = {name: str(media / "media" / folder) for name, folder in folders.items()}
        scenes = {name: [walk(64), walk(64, seed=1)] for name in ("house", "flat")}
        return walked(scenes, co_training=str(path), **({"media": told, "video_frames": 8} | options))

    write.every = every
    return write


def tasks(parts, config):
    processor = Processor(parts.tokenizer, parts.model.shape, parts.dialogue.max_length)
    return {task.name: task for task in co_training_tasks(config, processor, parts.prompts, 0)}


def said(task, place=0):
    return task.messages(place, np.random.default_rng(0))


def visuals(messages):
    return [part for message in messages for part in message.parts if isinstance(part, Visual)]


def test_a_video_is_shown_evenly_with_its_times(parts, config):
    system, question, answer, later, last = said(tasks(parts, config())["video_qa"])
    assert [message.role for message in (system, question, answer)] == [Role.SYSTEM, Role.USER, Role.ASSISTANT]
    frames = [level(image) for image in question.parts[0].images]
    np.testing.assert_allclose(frames, [5 * n + 20 for n in np.linspace(0, 39, 8).astype(int)], atol=8)
    assert "8 frames of a video of 4.00 seconds, taken at 0.00s, 0.50s" in question.parts[1]
    assert question.parts[1].endswith("\nWhat is it?")
    assert (answer.parts, later.parts, last.parts) == (("Grey.",), ("And then?",), ("Brighter.",))


def test_a_scan_is_every_tenth_image_repeated_where_there_are_few(parts, config):
    (shown,) = visuals(said(tasks(parts, config())["scan_qa"]))
    np.testing.assert_allclose([level(i) for i in shown.images], [0, 40, 80, 120, 160, 200, 0, 40], atol=2)
    (fewer,) = visuals(said(tasks(parts, config(video_frames=3))["scan_qa"]))
    np.testing.assert_allclose([level(image) for image in fewer.images], [0, 80, 160], atol=2)


def test_a_page_is_told_picture_by_picture(parts, config):
    _, first, second, third, fourth = said(tasks(parts, config())["mmc4"])
    assert first.parts[0] == "Zero. "
    assert [level(visual.images) for visual in visuals((first, third))] == [40, 80]
    assert (second.parts, fourth.parts) == (("One. Two. ",), ("Three. ",))
    assert third.parts[1] == "."
    assert len(tasks(parts, config())["mmc4"]) == 4


def test_a_single_image_is_shown_in_tiles_and_several_in_squares(parts, config, media):
    one = {"id": 0, "image": "wide.png", "conversations": turns("<image> What?", "Grey.")}
    two = {"id": 1, "image": ["wide.png", "wide.png"], "conversations": turns("<image> and <image>", "Both grey.")}
    (media / "videos.json").write_text(json.dumps([one, two]))
    mix = {"QA_datasets": config.every["QA_datasets"]}
    task = tasks(parts, config(mix))["video_qa"]
    (tiled,) = visuals(said(task))
    assert tiled.images.shape == (5, 56, 56, 3), "the whole image, and 4 x 1 tiles of 200 x 50 pixels"
    squares = visuals(said(task, 1))
    assert [visual.images.shape for visual in squares] == [(1, 56, 56, 3)] * 2
    assert squares[0].images[0, 28, 28, 0] == 100
    assert squares[0].images[0, 3, 28, 0] == 127
    plain = tasks(parts, config(mix, anyres=None))["video_qa"]
    assert visuals(said(plain))[0].images.shape == (1, 56, 56, 3)


def test_a_folder_of_frames_is_a_video_of_two_a_second(media, parts):
    processor = Processor(parts.tokenizer, parts.model.shape, 100)
    clip = read_clip(media / "media/scans/scannet/posed_images/scene0000_00", 4, processor.square)
    assert (clip.seconds, clip.times.tolist()) == (30.0, [0.0, 9.5, 19.5, 29.5])


def test_every_step_of_stage_two_is_of_one_task(parts, config):
    data = open_data(
        config(), [], parts, run_seed=0, seed=0, batch_size=1, batches_of_step=2, workers=0, validation_share=0.4
    )
    steps = [
        {name.split(":")[0] for batch in (2 * n, 2 * n + 1) for name in data.batches.names(batch)} for n in range(9)
    ]
    assert all(len(step) == 1 for step in steps)
    assert set().union(*steps) >= {"video_qa", "scan_qa", "mmc4"}


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        ("all", 10),
        ("first:3", [0, 1, 2]),
        ("end:30%", [7, 8, 9]),
        ("first:25%", [0, 1, 2]),
        ("end:99", 10),
        ("random:4", 4),
    ],
)
def test_strategies_take_what_they_say(strategy, expected):
    taken = sampled(range(10), strategy, 0, "a")
    assert taken == expected if isinstance(expected, list) else len(set(taken)) == expected
    assert taken == sampled(range(10), strategy, 0, "a")


@pytest.mark.parametrize("strategy", ["some", "first", "first:x", "last:3", "random:-1"])
def test_other_strategies_are_told(strategy):
    with pytest.raises(DataError, match="sampling_strategy"):
        sampled(range(10), strategy, 0, "a")


def test_a_subset_is_by_words_in_the_path(parts, config, media):
    entry = {"json_path": str(media / "videos.json"), "sampling_subset": "ego4d, NEXTQA/2"}
    assert len(tasks(parts, config({"QA_datasets": [entry]}))["video_qa"]) == 1


@pytest.mark.parametrize(
    ("mix", "told"),
    [
        ({"VQA_datasets": []}, "VQA_datasets: there is no such task"),
        ("[1, 2]", "names no task"),
        ("a: [", "not readable as YAML"),
        ({"QA_datasets": {}}, "is no list of entries"),
        ({"QA_datasets": [{"path": "x"}]}, "an entry has path"),
        ({"QA_datasets": [{}]}, "lacks json_path"),
        ({"QA_datasets": [{"json_path": "nowhere.json"}]}, "nowhere.json: not readable as JSON"),
        ({"MMC4_datasets": [{"json_path": "nowhere"}]}, "nowhere: holds no .jsonl files"),
        ({"QA_datasets": []}, "gives no sample"),
    ],
)
def test_a_mix_that_cannot_be_used_is_told(parts, config, mix, told):
    with pytest.raises(DataError) as caught:
        tasks(parts, config(mix))
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("folders", "told"), [({}, "name their folder in data.media.video_qa"), ({"video_qa": "nowhere"}, "no such folder")]
)
def test_media_that_are_nowhere_are_told_before_anything_is_computed(parts, config, folders, told):
    with pytest.raises(DataError) as caught:
        tasks(parts, config({"QA_datasets": config.every["QA_datasets"]}, media=folders))
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("item", "told"),
    [
        ({"video": "nextqa/9.mp4", "data_source": "academic", "conversations": turns("a", "b")}, "video missing"),
        ({"video": "../../mix.yml", "conversations": turns("a", "b")}, "leads out of its folder"),
        ({"video": "wide.png", "conversations": turns("a", "b", "c")}, "do not take turns"),
        ({"video": "wide.png"}, "is not of the schema"),
        ({"video": 7, "conversations": turns("a", "b")}, "is not of the schema"),
        ({"image": "none.png", "conversations": turns("<image>", "b")}, "picture missing"),
        ({"image": "wide.png", "conversations": turns("a", "b")}, "1 images without <image>"),
        ({"image": "wide.png", "conversations": turns("<image><image>", "b")}, "more <image> than images"),
    ],
)
def test_an_item_that_cannot_be_shown_is_told(parts, config, media, item, told):
    (media / "videos.json").write_text(json.dumps([item]))
    with pytest.raises(DataError) as caught:
        said(tasks(parts, config())["video_qa"])
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{}", "is not of the schema"),
        ("nothing", "is not of the schema"),
        ('{"text_list": ["a"], "image_info": []}', "has no picture"),
        ('{"text_list": ["a"], "image_info": [{"image_name": "1.png", "matched_text_index": 4}]}', "beside none"),
        ('{"text_list": ["a"], "image_info": [{"image_name": "9.png", "matched_text_index": 0}]}', "picture missing"),
    ],
)
def test_a_page_that_cannot_be_shown_is_told(parts, config, media, line, told):
    (media / "mmc4/shard_0.jsonl").write_text(line)
    with pytest.raises(DataError) as caught:
        said(tasks(parts, config())["mmc4"])
    assert told in str(caught.value)


def test_missing_media_of_one_question_are_replaced_and_counted_and_of_all_are_told(parts, config, media):
    task = tasks(parts, config())["video_qa"]
    made = StreamVlnDataset([task], Processor(parts.tokenizer, parts.model.shape, 2048), seed=0)
    videos = sorted((media / "media/videos/academic/nextqa").glob("*.mp4"))
    videos[0].unlink()
    drawn = made[0]
    assert "video missing or unreadable (FileNotFoundError)" in drawn.skipped[0]
    assert drawn.name.startswith("video_qa: videos.json, item ")
    for video in videos[1:]:
        video.write_bytes(b"no video")
    with pytest.raises(DataError, match="task video_qa: 32 samples in a row cannot be made"):
        made[1]


def test_a_path_with_dots_stays_in_its_folder(tmp_path):
    assert within(tmp_path, "a", "../b") == tmp_path / "b"
    for parts_ in (("..",), ("a", "../../b"), ("/etc/passwd",)):
        with pytest.raises(DataError, match="leads out"):
            within(tmp_path, *parts_)
