import numpy as np
import pytest
from tiny_stream import MODEL, WORDS, visual

from vln_pipeline.errors import DataError
from vln_pipeline.models.streamvln.answer import spoken_actions
from vln_pipeline.models.streamvln.config import DialogueConfig
from vln_pipeline.models.streamvln.conversation import Dialogue, Visual, answered, remembered_frames
from vln_pipeline.models.streamvln.load import load
from vln_pipeline.models.streamvln.network import VISUAL
from vln_pipeline.models.streamvln.processing import Processor
from vln_pipeline.models.streamvln.prompts import load_prompts
from vln_pipeline.models.system2.processing import IGNORE
from vln_pipeline.planning.trajectory import Action


@pytest.fixture(scope="module")
def parts():
    return load(MODEL)


def conversation(draw, memory=None):
    dialogue = Dialogue(load_prompts(None))
    first = dialogue.first(WORDS, memory, visual(draw))
    return [*first, answered("↑↑←→"), dialogue.later(visual(draw), lead=3), answered("↑STOP")]


def processor(parts, **named):
    return Processor(parts.tokenizer, parts.model.shape, parts.dialogue.max_length, **named)


def test_only_what_the_assistant_says_is_taught(parts):
    made = processor(parts)
    encoded = made.encode(conversation(np.random.default_rng(0)))
    taught = encoded.input_ids[encoded.labels != IGNORE].tolist()
    assert made.decode(taught).split("\n") == ["↑↑←→", "↑STOP", ""]
    assert taught.count(made.end_token) == 2
    assert (encoded.labels[encoded.input_ids == VISUAL] == IGNORE).all()


def test_upstream_teaches_the_chat_format_wherever_it_stands(parts):
    made = processor(parts, format_too=True)
    encoded = made.encode(conversation(np.random.default_rng(0)))
    wanted = {made.start_token, *made.closing}
    for token, label in zip(encoded.input_ids.tolist(), encoded.labels.tolist(), strict=True):
        assert label == token if token in wanted else label in (IGNORE, token)


def test_images_stand_in_their_order_with_the_tokens_that_are_kept(parts):
    draw = np.random.default_rng(0)
    kept = np.array([[True, False, False, True], [False] * 4, [True] * 4])
    memory = Visual(visual(draw, 3).images, kept)
    encoded = processor(parts).encode(conversation(draw, memory))
    assert int((encoded.input_ids == VISUAL).sum()) == 6 + 4 + 4 == int(encoded.kept.sum())
    assert encoded.images.shape == (5, 3, 56, 56)
    assert np.array_equal(encoded.images[0].permute(1, 2, 0).numpy(), memory.images[0])


def test_a_part_is_encoded_as_it_is_in_the_whole(parts):
    draw, made = np.random.default_rng(0), processor(parts)
    messages = conversation(draw)
    pieces = [made.encode([message]).input_ids.tolist() for message in messages]
    assert made.encode(messages).input_ids.tolist() == [token for piece in pieces for token in piece]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda draw: [*conversation(draw), answered("a <|im_end|> b")], "holds <|im_end|>"),
        (lambda draw: [*conversation(draw), answered("word " * 3000)], "more than max_length=2048"),
        (lambda draw: Dialogue(load_prompts(None)).first("go", None, visual(draw, edge=28)), "use Processor.square"),
    ],
)
def test_what_cannot_be_encoded_is_told(parts, change, told):
    with pytest.raises(DataError) as caught:
        processor(parts).encode(change(np.random.default_rng(0)))
    assert told in str(caught.value)


def test_what_is_no_image_is_told(parts):
    for image in (np.zeros((4, 4)), np.zeros((0, 4, 3), np.uint8), np.zeros((4, 4, 4), np.uint8)):
        with pytest.raises(DataError, match="frame"):
            processor(parts).square(image)


def test_memories_are_spread_over_the_way_as_published():
    config = DialogueConfig()
    for window in range(1, 20):
        frames = remembered_frames(32 * window, config)
        assert frames.tolist() == [32 * window // 8 * n for n in range(8)]
        assert not (frames % config.remembered_step).any()
    assert not len(remembered_frames(0, config))


@pytest.mark.parametrize(("changes", "told"), [({"actions": 5}, "turns of 5"), ({"history": 7}, "history 7")])
def test_windows_that_do_not_divide_are_refused(changes, told):
    with pytest.raises(ValueError, match=told):
        DialogueConfig(**changes)


def test_answers_mean_what_their_symbols_say():
    assert spoken_actions("→↑") == (Action.RIGHT, Action.FORWARD)
    assert spoken_actions("↑STOP↑") == (Action.FORWARD, Action.STOP)
    for nothing in ("", "132 240", "↓", "stop"):
        assert spoken_actions(nothing) == (Action.STOP,)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("system: a", "must hold exactly the keys"),
        ("{system: a, question: b, remembered: c, now: d, video_time: e, leads: [f]}",
         "placeholder {instruction} is missing"),
        ("{system: a, question: '{instruction}{remembered}{now}', remembered: '{memory}', now: '{view}{view}', "
         "video_time: e, leads: [f]}", "occurs twice"),
        ("{system: a, question: b, remembered: c, now: d, video_time: e, leads: f}", "must be a list of texts"),
    ],
)  # fmt: skip
def test_a_file_of_prompts_that_cannot_be_used_is_told(tmp_path, text, told):
    path = tmp_path / "prompts.yml"
    path.write_text(text)
    with pytest.raises(DataError) as caught:
        load_prompts(path)
    assert told in str(caught.value)


def test_prompts_are_read_back_as_they_were_kept(tmp_path):
    path = tmp_path / "prompts.yml"
    path.write_text(load_prompts(None).dump())
    assert load_prompts(path) == load_prompts(None)
