import pytest

from vln_pipeline.labelling.answers import clean


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("  Walk past\n\nthe sofa. ", "Walk past the sofa."),
        ('"Turn left."', "Turn left."),
        ("“Turn left.”", "Turn left."),
        ("<think>left or right?</think>\nTurn left.", "Turn left."),
        ("```text\nTurn left.\n```", "Turn left."),
        ("Turn\x00 left\u200b now.", "Turn left now."),
        ("Geh an Kühlschrank und Tür vorbei.", "Geh an Kühlschrank und Tür vorbei."),
    ],
)
def test_an_answer_becomes_one_clean_paragraph(answer, expected):
    assert clean(answer, 100) == expected


def test_a_long_answer_ends_with_a_sentence():
    assert clean("Turn left at the door. Walk on. And then " + "on " * 50, 40) == "Turn left at the door. Walk on."


@pytest.mark.parametrize(
    "answer", ["", " \n", '""', "<think>never ends", "!!!", "01010101", "Stop", "\ufffd\ufffd walk on", "a 1 b 2 c 3"]
)
def test_an_answer_that_says_nothing_is_refused(answer):
    with pytest.raises(ValueError, match=r"empty answer|no language"):
        clean(answer, 100)


def test_an_endless_first_sentence_is_refused():
    with pytest.raises(ValueError, match="no sentence ends within 40 characters"):
        clean("on and " * 20, 40)


@pytest.mark.parametrize("tag", ["<INSTRUCTION_SEP>", "<image>", "<|im_end|>", "</s>"])
def test_a_tag_is_no_part_of_an_instruction(tag):
    """An answer that held the separator was exported as two wordings, and half a sentence was learned from."""
    with pytest.raises(ValueError, match="is no language"):
        clean(f"Walk past the sofa. {tag} Then stop.", 100)
    assert clean("Walk on for < 2 metres, then > 90 degrees left.", 100)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("# Route\n\n1. Walk past the sofa.\n2. Turn left", "Walk past the sofa. Turn left."),
        ("- Turn left\n- Stop by the bed", "Turn left. Stop by the bed."),
        ("**Instruction:** Turn _left_ and `stop`.", "Turn left and stop."),
        ("Sure! Here is the instruction:\n\nTurn left.", "Turn left."),
        ("Walk on 2.5 metres. Stop.", "Walk on 2.5 metres. Stop."),
    ],
)
def test_markdown_and_what_leads_up_to_an_answer_are_no_part_of_it(answer, expected):
    """Asterisks, numbers of lists and "Sure! Here is the instruction:" stood in the exported instructions. They are
    left out, and an item of a list ends as a sentence."""
    assert clean(answer, 100) == expected


@pytest.mark.parametrize("answer", ['{"instruction": "Walk on and stop."}', '```json\n["Walk on", "Stop there"]\n```'])
def test_json_is_no_instruction(answer):
    """Enough of a JSON object is letters, so that it became an instruction with its braces. It is refused."""
    with pytest.raises(ValueError, match="JSON is no language"):
        clean(answer, 100)
