import numpy as np
import pytest
import torch
from tiny_stream import MODEL, WORDS, glimpse

from vln_pipeline.errors import DataError
from vln_pipeline.models.streamvln.config import PruningConfig
from vln_pipeline.models.streamvln.context import Context
from vln_pipeline.models.streamvln.conversation import Said, Visual
from vln_pipeline.models.streamvln.load import load
from vln_pipeline.models.streamvln.stream import Stream


@pytest.fixture(scope="module")
def parts():
    return load(MODEL)


@torch.no_grad()
def without_cache(stream):
    """Return the last hidden state before the answer given last, from one pass over the window's whole conversation."""
    encoded = stream.processor.encode(stream.messages[:-1], question=True)
    model = stream.parts.model
    embeddings = model.embed(encoded.input_ids, model.see(encoded.images)[encoded.kept])
    return Context(model.language).read(embeddings, encoded.input_ids)[-1]


def walk(stream, steps, seed=0, every=4, **seen):
    """Show a walk, and yield step and reply of every turn."""
    draw = np.random.default_rng(seed)
    stream.begin(WORDS)
    for step in range(steps):
        stream.watch(glimpse(draw, (0.1 * step, 0.0, 0.0), **seen))
        if step % every == 0:
            yield step, stream.answer()


@pytest.mark.parametrize("pruning", [None, PruningConfig(voxel=0.5)])
def test_what_is_cached_changes_nothing(parts, pruning):
    stream = Stream(parts, pruning)
    for _, reply in walk(stream, 72):
        torch.testing.assert_close(reply.state, without_cache(stream), atol=1e-4, rtol=0)


def test_windows_begin_anew_with_a_memory_of_the_whole_way(parts):
    stream = Stream(parts)
    shown = {}
    for step, _ in walk(stream, 104):
        visuals = [part for message in stream.messages for part in message.parts if isinstance(part, Visual)]
        shown[step] = [len(one.images) for one in visuals]
    assert shown[28] == [1] * 8
    assert shown[32] == shown[64] == shown[96] == [8, 1]
    assert shown[36] == [8, 1, 1]
    squares = {}
    draw = np.random.default_rng(0)
    for step in range(97):
        squares[step] = stream.processor.square(glimpse(draw).rgb)
    memory = next(part for part in stream.messages[1].parts if isinstance(part, Visual))
    for image, step in zip(memory.images, range(0, 96, 12), strict=True):
        assert np.array_equal(image, squares[step])


def test_a_turn_that_came_late_still_has_its_memory(parts):
    """Upstream asked for a memory at a step that was no multiple of 32, and gave none: the window was over while
    actions of the last answer were left."""
    stream = Stream(parts)
    rooms = []
    for step, _ in walk(stream, 40, every=3):
        rooms.append((step, stream.room))
        if step == 33:
            torch.testing.assert_close(stream.answer().state, without_cache(stream), atol=1e-4, rtol=0)
            assert stream.remembered.shape == (8, 4)
    assert dict(rooms)[30] == 2
    assert dict(rooms)[33] == 4


def test_an_answer_is_read_as_it_was_said(parts):
    stream = Stream(parts)
    replies = [reply.text for _, reply in walk(stream, 9)]
    said = [part for message in stream.messages for part in message.parts if isinstance(part, Said)]
    assert [stream.processor.decode(one.tokens) for one in said] == replies


def test_pruning_without_depth_is_told(parts):
    with pytest.raises(DataError, match="has no depth image, and pruning needs one"):
        next(walk(Stream(parts, PruningConfig()), 1, metres=None))


def test_a_wall_that_is_seen_again_and_again_is_remembered_once_a_period(parts):
    stream = Stream(parts, PruningConfig(voxel=0.01, period=4))
    draw = np.random.default_rng(0)
    stream.begin(WORDS)
    for step in range(33):
        stream.watch(glimpse(draw))
        if step == 32:
            stream.answer()
    assert stream.remembered.sum(axis=1).tolist() == [0, 0, 0, 4, 0, 0, 0, 4]


def test_without_memory_nothing_is_remembered(parts):
    from dataclasses import replace

    bare = replace(parts, dialogue=parts.dialogue.model_copy(update={"history": 0}))
    stream = Stream(bare)
    assert [step for step, _ in walk(stream, 36)][-1] == 32
    assert stream.remembered is None
