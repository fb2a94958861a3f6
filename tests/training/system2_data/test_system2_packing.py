import numpy as np
import pytest
import torch

from vln_pipeline.models.system2.conversation import Dialogue
from vln_pipeline.models.system2.processing import IGNORE, Processor
from vln_pipeline.training.system2.objective import System2Objective
from vln_pipeline.training.system2_batch import padded
from vln_pipeline.training.system2_data.packed_attention import NAME, attend_apart
from vln_pipeline.training.system2_data.packing import packed

PAD = 0


@pytest.fixture(scope="module")
def conversations(parts):
    """Five samples of different lengths, with one to four images, of both kinds of answers."""
    processor, dialogue = Processor(parts.tokenizer, parts.image_processor, parts.dialogue), Dialogue(parts.prompts)
    draw = np.random.default_rng(0)

    def image():
        return draw.integers(0, 256, (48, 64, 3), dtype=np.uint8)

    made = []
    for number, words in enumerate((3, 40, 12, 60, 25)):
        asked = dialogue.ask(" ".join(["onwards"] * words), [image() for _ in range(number % 4)], image())
        if number % 2:
            asked = dialogue.look_down(asked.answered("↓"), image()).answered(f"{30 * number} 40")
        else:
            asked = asked.answered("←" * (number + 1))
        made.append(processor.encode(asked))
    return made


def loss(model, batch):
    return System2Objective(torch.device("cpu"))(model, batch)["loss"]


@pytest.fixture
def attention(parts):
    """Return a function that sets how the model attends; it is set back afterwards."""

    def use(name):
        parts.model.set_attn_implementation("sdpa" if name == NAME else name)
        if name == NAME:
            attend_apart(parts.model)
        assert parts.model.config.get_text_config()._attn_implementation == name

    yield use
    parts.model.set_attn_implementation("sdpa")


def logits(model, batch):
    with torch.no_grad():
        return model(
            input_ids=batch.input_ids,
            position_ids=batch.positions,
            pixel_values=batch.pixel_values,
            image_grid_thw=batch.image_grid,
            use_cache=False,
        ).logits


@pytest.mark.parametrize("name", ["sdpa", "eager", NAME])
def test_loss_and_gradients_are_those_of_padded_rows(parts, conversations, attention, name):
    model, found = parts.model, []
    attention("sdpa")
    for batch in (padded(conversations, PAD), packed(conversations)):
        model.zero_grad()
        value = loss(model, batch)
        value.backward()
        gradients = {key: p.grad.clone() for key, p in model.named_parameters() if p.grad is not None}
        found.append((value.item(), gradients))
        attention(name)
    (one, expected), (other, gradients) = found
    assert other == pytest.approx(one, abs=1e-4)
    assert gradients.keys() == expected.keys()
    for key, gradient in gradients.items():
        assert torch.allclose(gradient, expected[key], atol=1e-4), key


@pytest.mark.parametrize("name", ["sdpa", NAME])
def test_a_conversation_does_not_see_the_one_before_it(parts, conversations, attention, name):
    attention(name)
    second = conversations[1]
    after = [
        logits(parts.model, packed([first, second]))[0, -len(second.input_ids) :]
        for first in (conversations[3], conversations[4])
    ]
    alone = logits(parts.model, packed([second]))[0]
    assert torch.allclose(after[0], after[1], atol=1e-4)
    assert torch.allclose(after[0], alone, atol=1e-4)


def test_passes_that_are_not_packed_are_what_they_were(parts, attention):
    """Padded batches with a mask, and generation with what was kept, take the usual way."""
    ids = torch.randint(0, 200, (2, 30), generator=torch.Generator().manual_seed(0))
    mask = torch.ones(2, 30, dtype=torch.int64)
    mask[1, 20:] = 0
    said = []
    for name in ("sdpa", NAME):
        attention(name)
        with torch.no_grad():
            whole = parts.model(input_ids=ids, attention_mask=mask).logits
            written = parts.model.generate(input_ids=ids[:1], max_new_tokens=8, do_sample=False)
        said.append((whole, written))
    assert torch.allclose(said[0][0][:, :20], said[1][0][:, :20], atol=1e-5)
    assert torch.equal(said[0][1], said[1][1])


def test_every_token_keeps_its_label_and_positions(conversations):
    batch = packed(conversations)
    assert batch.input_ids.shape == (1, sum(len(one.input_ids) for one in conversations))
    begin = 0
    for one in conversations:
        span = slice(begin, begin := begin + len(one.input_ids))
        assert torch.equal(batch.input_ids[0, span], one.input_ids)
        assert torch.equal(batch.labels[0, span], one.labels)
        assert torch.equal(batch.positions[1:, 0, span], one.positions)
        assert torch.equal(batch.positions[0, 0, span], torch.arange(len(one.input_ids)))
        assert batch.labels[0, span][0] == IGNORE
    assert torch.equal(batch.pixel_values, torch.cat([one.pixel_values for one in conversations]))
    assert int(batch.image_grid.prod(dim=1).sum()) == len(batch.pixel_values)
