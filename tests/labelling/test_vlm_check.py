"""Answers of models are followed on the map before they are kept."""

import pytest
import yaml
from chat_server import serving
from drawn_footage import film, flat, walk_of
from drawn_path import legs

from vln_pipeline.labelling.config import LabellingConfig, OpenaiConfig, ServedModel
from vln_pipeline.labelling.label import label_footage
from vln_pipeline.labelling.prompts import load_prompts
from vln_pipeline.labelling.verify.config import VerifyConfig

TRUE, INVENTED = "Walk straight ahead for two metres and stop.", "Walk past the grand piano, turn left and stop."


@pytest.fixture(scope="module")
def corridor(tmp_path_factory):
    path, yaw = legs(2.0)
    walk = walk_of(path[::10], yaw[::10])
    return *flat(), [walk], film(tmp_path_factory.mktemp("corridor"), [], [walk])


def answer(text):
    return (
        200,
        {},
        {"choices": [{"message": {"content": text}}], "usage": {"prompt_tokens": 10, "completion_tokens": 5}},
    )


def labelled(corridor, tmp_path, script, **more):
    scene, nav, walks, footage = corridor
    model = ServedModel(name="m")
    with serving(map(answer, script)) as server:
        served = OpenaiConfig(base_url=server.url, captioner=model, writer=model, concurrency=1)
        verify = VerifyConfig(max_places=200, reach=5.0)
        config = LabellingConfig(labeller="openai", openai=served, variants=0, clip_frames=1, verify=verify, **more)
        walks = label_footage(scene.rooms, lambda: scene, nav, walks, footage, config, tmp_path, 0)
    return walks, [body["messages"][0]["content"][-1]["text"] for _, _, body in server.requests]


def test_what_is_true_is_kept_and_asked_once(corridor, tmp_path):
    walks, prompts = labelled(corridor, tmp_path, [TRUE] * 3)
    (labels,) = walks.kept
    assert (labels.sum_instruction, labels.verdicts[0].contradictions) == (TRUE, ())
    assert len(prompts) == 3
    assert "it moves 1.9 metres forward" in prompts[2]


def test_an_invention_is_sent_back_once_with_its_reason(corridor, tmp_path):
    """Nothing looked at what models wrote: a piano that is not there became an instruction. It is followed on the map
    now, and what contradicts the walk goes back with what is wrong."""
    walks, prompts = labelled(corridor, tmp_path, [TRUE, TRUE, INVENTED, TRUE])
    (labels,) = walks.kept
    assert labels.sum_instruction == TRUE
    assert len(prompts) == 4
    assert "grand piano" in prompts[3].partition("Not so:")[2]


def test_a_model_that_insists_is_replaced_by_the_template_or_dropped(corridor, tmp_path):
    insisting = [TRUE, TRUE, INVENTED, INVENTED + " Really."]
    walks, _ = labelled(corridor, tmp_path / "template", insisting)
    (labels,) = walks.kept
    assert labels.labeller == "template-4, instead of openai:m+m"
    assert "piano" not in labels.sum_instruction
    with pytest.raises(Exception, match="contradicted by the walk after a correction: 'walk past the grand piano'"):
        labelled(corridor, tmp_path / "drop", insisting, untrue="drop")


def test_only_words_that_were_measured_are_left_out_unasked():
    """Free words of a model may not be read by the follower, and a default that fits our own would lose their walks."""
    assert LabellingConfig().min_probability == 0.5
    assert LabellingConfig(labeller="openai").min_probability == 0.0
    asked = VerifyConfig(min_probability=0.3)
    assert LabellingConfig(labeller="openai", verify=asked).min_probability == 0.3
    assert LabellingConfig(verify=VerifyConfig(min_probability=0)).min_probability == 0.0


def test_words_of_a_model_are_read_in_the_language_that_it_was_asked_for(corridor, tmp_path):
    """German words of a model with German prompts were marked as English and followed as such: nothing in them was
    ever found wrong, and the first turn was told in English before them."""
    builtin, prompts = load_prompts(None), tmp_path / "prompts.yml"
    names = ("clip", "rewrite", "summary", "correction")
    prompts.write_text(yaml.safe_dump({n: getattr(builtin, n) for n in names} | {"styles": ["Kurz."]}))
    told = ["Geh zwei Meter geradeaus.", "Geh zwei Meter geradeaus.", "Bieg links ab und warte am Sofa."]
    script = [*told, "Geh zwei Meter geradeaus und halte an."]
    walks, _ = labelled(corridor, tmp_path, script, language="de", prompt_template=prompts)
    (labels,) = walks.kept
    assert (labels.language, labels.sum_instruction) == ("de", script[-1])


def test_settings_that_cannot_be_kept_are_refused():
    """Both were taken without a word: built-in prompts ask for English, and what is not followed cannot be judged."""
    with pytest.raises(ValueError, match="name a prompt_template"):
        LabellingConfig(labeller="openai", language="de")
    with pytest.raises(ValueError, match="set enabled"):
        VerifyConfig(enabled=False, min_probability=0.5)
