import pytest
import torch

from vln_pipeline.models.system2.answer import PixelGoal
from vln_pipeline.models.system2.generate import System2
from vln_pipeline.models.system2.latents import latent_plans
from vln_pipeline.models.system2.processing import Processor

ROUTE = "Walk past the sofa and turn left at the kitchen door."


class Scripted(torch.nn.Module):
    """Says given tokens in place of the likeliest, and counts what the vision tower is asked for."""

    def __init__(self, vocabulary):
        super().__init__()
        self.script, self.vocabulary = [], vocabulary

    def forward(self, state):
        return torch.nn.functional.one_hot(torch.tensor(self.script.pop(0)), self.vocabulary).float()


@pytest.fixture
def system2(parts):
    """Return a System 2 that says what ``script`` holds, and the sizes of the passes of both towers."""
    made = System2(parts)
    head = Scripted(len(parts.tokenizer))
    own, parts.model.lm_head = parts.model.lm_head, head
    reads, looks = [], []
    language = parts.model.model.language_model
    hooks = [
        language.register_forward_hook(
            lambda _m, _a, given, _o: reads.append(given["inputs_embeds"].shape[1]), with_kwargs=True
        ),
        parts.model.model.visual.register_forward_hook(
            lambda _m, _a, given, _o: looks.append(len(given["grid_thw"])), with_kwargs=True
        ),
    ]
    made.reads, made.looks, made.head = reads, looks, head
    made.tell = lambda text: head.script.extend([*parts.tokenizer(text)["input_ids"], made.processor.end_token])
    yield made
    parts.model.lm_head = own
    for hook in hooks:
        hook.remove()


def test_the_greedy_answer_is_that_of_transformers(parts, dialogue, image):
    conversation = dialogue.ask(ROUTE, [image() for _ in range(3)], image())
    processor = Processor(parts.tokenizer, parts.image_processor, parts.dialogue)
    encoded = processor.encode(conversation, question=True)
    ids = parts.model.generate(
        input_ids=encoded.input_ids[None],
        mm_token_type_ids=encoded.mm_token_type_ids[None],
        pixel_values=encoded.pixel_values,
        image_grid_thw=encoded.image_grid,
        max_new_tokens=12,
        do_sample=False,
    )
    theirs = processor.decode(ids[0, len(encoded.input_ids) :])
    assert System2(parts, max_new_tokens=12).plan(conversation).text == theirs


def test_latents_from_what_was_read_are_those_of_a_whole_pass(parts, dialogue, image, system2):
    queries = torch.randn(4, system2.hidden_size)
    first = dialogue.ask(ROUTE, [image() for _ in range(3)], image())
    system2.tell("↓")
    assert system2.plan(first, queries).latent is None
    asked = dialogue.look_down(first.answered("↓"), image())
    system2.tell("132 240")
    planned = system2.plan(asked, queries)
    assert planned.answer == PixelGoal(132, 240)
    with torch.no_grad():
        (whole,) = latent_plans(parts.model, [system2.processor.encode(asked.answered("132 240"))], queries)
    assert planned.latent.states.shape == (4, system2.hidden_size)
    torch.testing.assert_close(planned.latent.states, whole, atol=1e-4, rtol=0)


def test_what_was_read_is_not_read_again(parts, dialogue, image, system2):
    queries = torch.randn(4, system2.hidden_size)
    first = dialogue.ask(ROUTE, [image() for _ in range(3)], image())
    system2.tell("↓")
    system2.plan(first)
    whole = len(system2.processor.encode(first, question=True).input_ids)
    assert (system2.reads, system2.looks) == ([whole, 1], [4])
    system2.reads.clear()
    asked = dialogue.look_down(first.answered("↓"), image())
    system2.tell("1 2")
    system2.plan(asked, queries)
    longer = len(system2.processor.encode(asked, question=True).input_ids)
    # The answer's arrow was read when it was said; then "1", " ", "2", and what ends the answer with the queries.
    assert system2.reads == [longer - whole - 1, 1, 1, 1, 2 + 4]
    assert system2.looks == [4, 1]


def test_a_new_question_is_read_from_where_it_differs_and_old_views_are_not_looked_at_again(dialogue, image, system2):
    views = [image() for _ in range(6)]
    system2.tell("←")
    system2.plan(dialogue.ask(ROUTE, views[:3], views[3]))
    system2.reads.clear()
    other = dialogue.ask(ROUTE, [views[0], views[2], views[3]], views[4])
    system2.tell("←")
    system2.plan(other)
    encoded = system2.processor.encode(other, question=True)
    tokens = encoded.input_ids == encoded.image_token
    second_view = int(tokens.nonzero()[4])
    assert system2.reads[0] == len(encoded.input_ids) - second_view
    assert system2.looks == [4, 1]


@pytest.mark.parametrize("kept", [1, 2])
def test_what_went_before_does_not_change_the_answer(parts, dialogue, image, kept):
    views = [image() for _ in range(8)]
    asked = [dialogue.ask(ROUTE, views[i : i + 3], views[i + 3]) for i in (0, 1, 0, 4)]
    asked.append(dialogue.look_down(asked[-1].answered("↓"), views[0]))
    one = System2(parts, max_new_tokens=6, kept_images=kept)
    for conversation in asked:
        assert one.plan(conversation).text == System2(parts, max_new_tokens=6).plan(conversation).text


def test_the_same_question_is_answered_again(parts, dialogue, image, system2):
    conversation = dialogue.ask(ROUTE, [], image())
    for text in ("STOP", "STOP"):
        system2.tell(text)
        assert system2.plan(conversation).text == text
    assert system2.reads[-2] == 1


def test_an_answer_without_end_is_cut_and_parsed(dialogue, image, parts, system2):
    system2.head.script.extend(parts.tokenizer("12" * 40)["input_ids"])
    planned = system2.plan(dialogue.ask(ROUTE, [], image()), torch.randn(4, system2.hidden_size))
    assert len(planned.text) == 32
    assert planned.latent is None
    assert "one number" in planned.answer.cause


def test_gradients_reach_the_queries_and_nothing_else(parts, dialogue, image, processor):
    model = parts.model.requires_grad_(False)
    queries = torch.nn.Parameter(torch.randn(4, 32))
    conversations = [dialogue.ask(ROUTE, [], image()), dialogue.ask("Go.", [image()], image())]
    encoded = [processor.encode(one.answered("1 2")) for one in conversations]
    plans = latent_plans(model, encoded, queries)
    alone = torch.stack([latent_plans(model, [one], queries)[0] for one in encoded])
    torch.testing.assert_close(plans, alone, atol=1e-5, rtol=0)
    plans.sum().backward()
    assert queries.grad.abs().sum() > 0
    model.requires_grad_(True)
