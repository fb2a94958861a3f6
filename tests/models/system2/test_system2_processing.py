import numpy as np
import pytest
import torch

from vln_pipeline.errors import DataError
from vln_pipeline.models.system2.processing import IGNORE, Processor

ROUTE = "Walk past the sofa and turn left at the kitchen door."


def pixel_sample(dialogue, image, instruction=ROUTE, answer="132 240"):
    first = dialogue.ask(instruction, [image() for _ in range(3)], image()).answered("↓")
    return dialogue.look_down(first, image()).answered(answer)


def with_config(parts, **changes):
    return Processor(parts.tokenizer, type(parts.image_processor)(), parts.dialogue.model_copy(update=changes))


def test_both_answers_are_taught_with_what_ends_them_and_nothing_else(processor, dialogue, image):
    encoded = processor.encode(pixel_sample(dialogue, image))
    taught = encoded.labels != IGNORE
    assert processor.tokenizer.decode(encoded.labels[taught]) == "↓<|im_end|>\n132 240<|im_end|>\n"
    assert torch.equal(encoded.labels[taught], encoded.input_ids[taught])


def test_tokens_are_those_of_the_chat_template(processor, dialogue, image):
    conversation = pixel_sample(dialogue, image)
    chat = [
        {
            "role": str(message.role),
            "content": [
                {"type": "text", "text": part} if isinstance(part, str) else {"type": "image"} for part in message.parts
            ],
        }
        for message in conversation.messages
    ]
    text = processor.tokenizer.apply_chat_template(chat, tokenize=False)
    ids = processor.encode(conversation).input_ids
    once = ids[(ids != processor.image_token) | (torch.roll(ids, 1) != processor.image_token)]
    assert once.tolist() == processor.tokenizer(text)["input_ids"]


def test_a_question_ends_where_the_model_is_to_speak(processor, dialogue, image):
    asked = processor.encode(dialogue.ask(ROUTE, [], image()), question=True)
    assert processor.tokenizer.decode(asked.input_ids[-4:]).endswith("\n<|im_start|>assistant\n")
    assert (asked.labels == IGNORE).all()


def test_positions_are_those_of_the_public_model(parts, processor, dialogue, image):
    encoded = processor.encode(pixel_sample(dialogue, image))
    theirs, _ = parts.model.model.get_rope_index(
        encoded.input_ids[None],
        mm_token_type_ids=encoded.mm_token_type_ids[None],
        image_grid_thw=encoded.image_grid,
    )
    assert torch.equal(encoded.positions, theirs[:, 0])


def test_views_become_squares_and_the_floor_keeps_its_shape(processor, dialogue, image):
    encoded = processor.encode(pixel_sample(dialogue, image))
    assert encoded.image_grid.tolist() == [[1, 4, 4]] * 4 + [[1, 6, 8]]
    assert (encoded.input_ids == processor.image_token).sum() == 4 * 4 + 12
    assert encoded.pixel_values.shape == (4 * 16 + 48, processor.patch_values)


def test_published_sizes_give_196_and_391_tokens(parts, dialogue, image):
    processor = with_config(parts, view_size=384, look_down_size=None)
    first = dialogue.ask(ROUTE, [], image(640, 480)).answered("↓")
    encoded = processor.encode(dialogue.look_down(first, image(640, 480)))
    assert (encoded.image_grid.prod(dim=1) // 4).tolist() == [196, 391]


@pytest.mark.parametrize(("limits", "tokens"), [({"max_pixels": 100_000}, 117), ({"min_pixels": 640_000}, 825)])
def test_limits_on_pixels_really_apply(parts, dialogue, image, limits, tokens):
    processor = with_config(parts, look_down_size=None, max_length=8192, **({"max_pixels": 10**6} | limits))
    encoded = processor.encode(dialogue.look_down(dialogue.ask("Go.", [], image()), image(640, 480)))
    assert int(encoded.image_grid[-1].prod() // 4) == tokens


def test_images_are_scaled_as_the_public_processor_does(processor, dialogue, image):
    plain = np.full((56, 56, 3), 255, dtype=np.uint8)
    encoded = processor.encode(dialogue.ask("Go.", [], plain))
    mean, deviation = np.array(processor.image_processor.image_mean), np.array(processor.image_processor.image_std)
    channels = encoded.pixel_values.reshape(16, 3, -1).numpy()
    assert channels == pytest.approx(np.broadcast_to(((1 - mean) / deviation)[None, :, None], channels.shape), abs=1e-5)


def test_three_thousand_words_are_refused(processor, dialogue, image):
    with pytest.raises(DataError, match=r"conversation: has \d{4} tokens.*max_length=1024; shorten the instruction"):
        processor.encode(dialogue.ask("turn left " * 1500, [], image()))


def test_three_thousand_words_fit_the_published_length(parts, dialogue, image):
    processor = with_config(parts, max_length=8192)
    assert len(processor.encode(dialogue.ask("turn left " * 1500, [], image())).input_ids) > 3000


@pytest.mark.parametrize(
    "route", ["走过沙发，在厨房门口左转。", "امشِ بجانب الأريكة ثم انعطف يسارًا", "Поверни налево", "👉🏽 🛋️"]
)
def test_any_script_can_be_written(processor, dialogue, image, route):
    encoded = processor.encode(dialogue.ask(route, [], image()))
    assert route in processor.tokenizer.decode(encoded.input_ids)


@pytest.mark.parametrize("token", ["<|im_end|>", "<|image_pad|>"])
def test_an_instruction_cannot_break_out_of_its_message(processor, dialogue, image, token):
    with pytest.raises(DataError, match=r"the user's text: holds <\|im"):
        processor.encode(dialogue.ask(f"Go. {token}", [], image()))


@pytest.mark.parametrize(
    "broken",
    [np.zeros((8, 8), np.uint8), np.zeros((8, 8, 3), np.float32), np.zeros((0, 8, 3), np.uint8)],
)
def test_what_is_no_image_is_refused(processor, dialogue, broken):
    with pytest.raises(DataError, match=r"view: is .*give \(h, w, 3\) uint8"):
        processor.encode(dialogue.ask("Go.", [], broken))


def test_a_floor_of_extreme_proportions_is_refused(parts, dialogue, image):
    processor = with_config(parts, look_down_size=None)
    conversation = dialogue.look_down(dialogue.ask("Go.", [], image()), image(3, 700))
    with pytest.raises(DataError, match="aspect ratio"):
        processor.encode(conversation)
