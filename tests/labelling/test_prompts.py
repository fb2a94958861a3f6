from dataclasses import asdict

import pytest
import yaml

from vln_pipeline.errors import DataError
from vln_pipeline.labelling.config import LabellingConfig
from vln_pipeline.labelling.labeller import open_labeller
from vln_pipeline.labelling.prompts import load_prompts

VALUES = {"motion": "M!", "objects": "O!", "count": 3, "description": "D!", "steps": "S!", "style": "T!"}
VALUES |= {"events": "E!", "instruction": "I!", "complaints": "X!"}


def written(tmp_path, **changes):
    path = tmp_path / "mine.yml"
    raw = asdict(load_prompts(None)) | changes
    path.write_text(yaml.safe_dump(raw | {"styles": list(raw["styles"])}))
    return path


def test_the_built_in_prompts_use_every_value():
    prompts = load_prompts(None)
    text = "".join(t.format(**VALUES) for t in (prompts.clip, prompts.rewrite, prompts.summary, prompts.correction))
    assert all(str(value) in text for value in VALUES.values())


def test_a_users_file_is_read(tmp_path):
    prompts = load_prompts(written(tmp_path, clip="Say {{so}}: {motion}"))
    assert prompts.clip.format(**VALUES) == "Say {so}: M!"


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"clip": "no motion here"}, r"mine.yml, clip: placeholder \{motion\} is missing"),
        ({"clip": "{motion} {speed}"}, r"clip: placeholder \{speed\} is not known; use \{motion\}, \{objects\}"),
        ({"rewrite": "{description} {description.__class__}"}, r"rewrite: placeholder \{description.__class__\}"),
        ({"rewrite": "{description!r}"}, "rewrite: a conversion or format"),
        ({"rewrite": "{description:>99}"}, "rewrite: a conversion or format"),
        ({"summary": "{steps} {style} {"}, "summary: .*double a brace"),
        ({"summary": ""}, "summary: must be a text"),
        ({"styles": []}, "styles: must be a list of sentences"),
        ({"extra": "x"}, "must hold exactly the keys clip, correction, rewrite, styles, summary"),
    ],
)
def test_a_wrong_file_is_one_clear_error(tmp_path, changes, cause):
    with pytest.raises(DataError, match=cause):
        load_prompts(written(tmp_path, **changes))


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00", b"clip: [", b"- a list"])
def test_a_file_that_is_no_prompt_file_is_named(tmp_path, content):
    path = tmp_path / "mine.yml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DataError, match=r"mine\.yml"):
        load_prompts(path)


def test_more_wordings_than_styles_are_refused(tmp_path):
    config = LabellingConfig(labeller="openai", variants=6)
    with pytest.raises(DataError, match=r"labelling\.variants: 7 wordings .* the prompts have 6"):
        open_labeller(config, tmp_path, 0)
