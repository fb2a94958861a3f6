import numpy as np
import pytest
import yaml

from vln_pipeline.errors import DataError
from vln_pipeline.models.system2.conversation import Dialogue, Role, View, history_frames
from vln_pipeline.models.system2.prompts import load_prompts

PROMPTS = load_prompts(None)


def words(message):
    return "".join("<view>" if isinstance(part, View) else part for part in message.parts)


def test_earlier_views_are_spread_over_the_way():
    assert history_frames(0, 8).tolist() == []
    assert history_frames(1, 8).tolist() == [0]
    assert history_frames(4, 8).tolist() == [0, 1, 2, 3]
    assert history_frames(50, 8).tolist() == [0, 7, 14, 21, 28, 35, 42, 49]
    assert history_frames(9, 0).tolist() == []


def test_a_question_holds_the_route_the_earlier_views_and_the_current_one(image):
    views = [image() for _ in range(4)]
    conversation = Dialogue(PROMPTS).ask("Walk past the sofa.", views[:3], views[3])
    system, question = conversation.messages
    assert (system.role, question.role) == (Role.SYSTEM, Role.USER)
    text = words(question)
    assert "Walk past the sofa." in text
    assert text.count("<view>\n") == 3
    assert text.endswith(f"{PROMPTS.leads[0]} <view>.")
    assert all(shown.image is given for shown, given in zip(conversation.views, views, strict=True))
    assert not any(view.look_down for view in conversation.views)


def test_without_earlier_views_nothing_is_said_of_them(image):
    conversation = Dialogue(PROMPTS).ask("Go.", [], image())
    assert len(conversation.views) == 1
    assert PROMPTS.remembered.split("{")[0] not in words(conversation.messages[1])


def test_looking_down_goes_on_with_the_conversation(image):
    first = Dialogue(PROMPTS).ask("Go.", [], image()).answered("↓")
    both = Dialogue(PROMPTS).look_down(first, image(), lead=2)
    assert both.messages[:3] == first.messages
    assert words(both.messages[3]) == f"{PROMPTS.leads[2]} <view>."
    assert both.views[-1].look_down


def test_braces_and_placeholders_in_an_instruction_are_words(image):
    conversation = Dialogue(PROMPTS).ask("Go to {now} and {{x}}.", [], image())
    assert "Go to {now} and {{x}}." in words(conversation.messages[1])


def test_prompts_survive_being_written(tmp_path):
    path = tmp_path / "prompts.yml"
    path.write_text(PROMPTS.dump(), encoding="utf-8")
    assert load_prompts(path) == PROMPTS


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"now": "{view} {view}."}, "occurs twice"),
        ({"now": "no image"}, r"placeholder \{view\} is missing"),
        ({"question": "{instruction} {remembered} {now} {extra}"}, r"\{extra\} is not known"),
        ({"look_down": "{view!r}"}, "conversion or format"),
        ({"leads": []}, "must be a list"),
        ({"system": 3}, "must be a text"),
        ({"more": "x"}, "exactly the keys"),
    ],
)
def test_broken_prompts_are_told(tmp_path, change, told):
    path = tmp_path / "prompts.yml"
    path.write_text(yaml.safe_dump(yaml.safe_load(PROMPTS.dump()) | change), encoding="utf-8")
    with pytest.raises(DataError, match=told):
        load_prompts(path)


def test_a_missing_file_of_prompts_is_told(tmp_path):
    with pytest.raises(DataError, match="not readable"):
        load_prompts(tmp_path / "none.yml")


def test_images_are_not_compared_by_their_pixels(image):
    same = image()
    assert Dialogue(PROMPTS).ask("Go.", [], same) != Dialogue(PROMPTS).ask("Go.", [], np.array(same))
