import numpy as np
import pytest
import tiny_models

from vln_pipeline.errors import DataError
from vln_pipeline.labelling.config import LabellingConfig, TransformersConfig
from vln_pipeline.labelling.label import label_footage
from vln_pipeline.labelling.question import Question
from vln_pipeline.labelling.verify.config import VerifyConfig
from vln_pipeline.labelling.vlm_transformers import TransformersModel


@pytest.fixture(scope="session")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    names = ("llava_onevision", "qwen2_5_vl", "qwen_text")
    return {name: getattr(tiny_models, name)(folder / name) for name in names}


def images(count, seed=0):
    return tuple(np.random.default_rng(seed).integers(0, 255, (count, 72, 96, 3), dtype=np.uint8))


def opened(source, *, sees=True, **more):
    return TransformersModel(TransformersConfig(max_new_tokens=8, **more), source, sees=sees, seed=0)


@pytest.mark.parametrize("family", ["llava_onevision", "qwen2_5_vl"])
def test_a_captioner_sees_its_images(models, family):
    questions = [Question("walk", "walk", images(n, n)) for n in (1, 3, 2)]
    answers = list(opened(models[family], batch=2).answer(questions))
    again = list(opened(models[family], batch=1).answer(questions))
    assert answers == again
    assert all(set(answer.split()) <= set(tiny_models.WORDS.split()) for answer in answers)


@pytest.mark.parametrize("family", ["llava_onevision", "qwen2_5_vl"])
def test_other_images_give_other_answers(models, family):
    questions = [Question("walk", "walk", images(2, seed)) for seed in range(12)]
    assert len(set(opened(models[family]).answer(questions))) > 1


def test_a_captioner_gets_the_positions_of_its_images(models):
    model = opened(models["qwen2_5_vl"])
    list(model.answer([Question("walk", "walk", images(2))]))
    inputs = model._encode(model._loaded[1], [Question("walk", "walk", images(2))])
    image_token = model._loaded[0].config.image_token_id
    assert (inputs["mm_token_type_ids"] == (inputs["input_ids"] == image_token)).all()
    assert inputs["mm_token_type_ids"].sum() > 2


def test_a_writer_answers_in_batches(models):
    questions = [Question("x", text) for text in ("turn left", "walk past the sofa into the hall", "stop")]
    assert list(opened(models["qwen_text"], sees=False, batch=3).answer(questions)) == list(
        opened(models["qwen_text"], sees=False, batch=1).answer(questions)
    )


def test_answers_that_are_cut_off_are_told(models, caplog):
    """Sentences without an end became instructions when max_new_tokens was too small, and nothing told of it."""
    list(opened(models["qwen_text"], sees=False, batch=2).answer([Question("x", "turn"), Question("x", "walk")]))
    assert "2 answers were cut off at max_new_tokens=8" in caplog.text


def test_a_model_without_chat_template_is_asked_plainly(tmp_path):
    source = tiny_models.qwen_text(tmp_path, chat=False)
    (answer,) = opened(source, sees=False).answer([Question("x", "turn left")])
    assert answer.strip()


def test_sampling_depends_on_the_question_and_the_seed_alone(models):
    sampled = {"sees": False, "temperature": 1.0}
    ask = [Question("x", "turn left"), Question("x", "turn right")]
    both = list(opened(models["qwen_text"], **sampled).answer(ask))
    assert both[1:] == list(opened(models["qwen_text"], **sampled).answer(ask[1:]))


def test_a_folder_is_known_by_its_content(models, tmp_path):
    first, second = opened(models["qwen_text"], sees=False), opened(models["llava_onevision"])
    assert first.name.startswith("qwen_text@")
    assert first.name != second.name
    copy = tiny_models.qwen_text(tmp_path / "qwen_text")
    assert opened(copy, sees=False).name == first.name


@pytest.mark.parametrize("sees", [True, False])
def test_a_model_that_is_not_there_is_one_clear_error(tmp_path, sees):
    model = opened(str(tmp_path / "absent"), sees=sees)
    with pytest.raises(DataError, match="absent: cannot be loaded"):
        list(model.answer([Question("x", "x", images(1) if sees else ())]))


def test_a_text_model_is_refused_as_captioner(models):
    with pytest.raises(DataError, match="qwen2 is no image-text model"):
        list(opened(models["qwen_text"]).answer([Question("x", "x", images(1))]))


def test_a_walk_is_labelled_once_and_then_from_the_cache(models, left_home, tmp_path, monkeypatch):
    local = TransformersConfig(captioner=models["llava_onevision"], writer=models["qwen_text"], max_new_tokens=8)
    config = LabellingConfig(
        labeller="transformers", transformers=local, variants=1, clip_frames=2, verify=VerifyConfig(enabled=False)
    )
    scene, nav, walks, footage = left_home
    first = label_footage(scene.rooms, lambda: scene, nav, walks, footage, config, tmp_path, 0)
    (labels,) = first.kept
    assert len(labels.clips) == 2
    assert labels.labeller.startswith("transformers:llava_onevision@")
    assert all(c.sub_instruction and c.revised_sub_instruction for c in labels.clips)
    monkeypatch.setattr(TransformersModel, "_generate", lambda *_: pytest.fail("the cache was not used"))
    assert label_footage(scene.rooms, lambda: scene, nav, walks, footage, config, tmp_path, 0) == first
