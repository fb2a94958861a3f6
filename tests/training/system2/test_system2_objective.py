import pytest
import torch
from handmade import MODEL, samples

from vln_pipeline.models.system2.load import load
from vln_pipeline.models.system2.processing import IGNORE
from vln_pipeline.training.system2.objective import System2Objective
from vln_pipeline.training.system2_batch import System2Batch, padded


@pytest.fixture(scope="module")
def parts():
    return load(MODEL)


@pytest.fixture(scope="module")
def given(parts):
    return [sample.encoded for sample in samples(parts, 4)]


def test_the_loss_is_that_of_the_public_model_on_padded_rows(parts, given):
    batch = padded(given, parts.tokenizer.pad_token_id)
    ours = System2Objective(torch.device("cpu"))(parts.model, batch)["loss"]
    mask = torch.stack([torch.arange(batch.input_ids.shape[1]) < len(one.input_ids) for one in given])
    theirs = parts.model(
        input_ids=batch.input_ids,
        attention_mask=mask.long(),
        mm_token_type_ids=(batch.input_ids == given[0].image_token).long(),
        pixel_values=batch.pixel_values,
        image_grid_thw=batch.image_grid,
        labels=batch.labels,
    ).loss
    torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=0)


def test_conversations_in_one_row_do_not_see_each_other(parts, given):
    objective = System2Objective(torch.device("cpu"))
    places = [torch.arange(len(one.input_ids))[None] for one in given]
    positions = [torch.cat([place, one.positions]) for place, one in zip(places, given, strict=True)]
    row = System2Batch(
        input_ids=torch.cat([one.input_ids for one in given])[None],
        labels=torch.cat([one.labels for one in given])[None],
        positions=torch.cat(positions, dim=1)[:, None],
        pixel_values=torch.cat([one.pixel_values for one in given]),
        image_grid=torch.cat([one.image_grid for one in given]),
    )
    apart = objective(parts.model, padded(given, parts.tokenizer.pad_token_id))
    packed = objective(parts.model, row)
    torch.testing.assert_close(packed["loss"], apart["loss"], atol=1e-5, rtol=0)
    assert packed["token_accuracy"] == apart["token_accuracy"]


def test_padding_holds_nothing_to_learn(parts, given):
    batch = padded(given, parts.tokenizer.pad_token_id)
    for row, one in enumerate(given):
        assert (batch.labels[row, len(one.input_ids) :] == IGNORE).all()
    assert (batch.labels != IGNORE).sum() == sum((one.labels != IGNORE).sum() for one in given)
    assert batch.positions.shape == (4, *batch.input_ids.shape)
