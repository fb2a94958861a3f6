import pandas as pd
import pytest

from vln_pipeline.errors import DataError
from vln_pipeline.labelling.archive import read, write
from vln_pipeline.labelling.labels import Clip, LabelledWalks, Labels, Rejection
from vln_pipeline.labelling.verify.verdict import Verdict

WALKS = LabelledWalks(
    kept=(
        Labels(
            "flat_00000",
            (Clip(0, 40, "Walk on.", "Go on."), Clip(41, 90, "Turn left.", "Take a left.")),
            "Walk on, then turn left.",
            (0, 90),
            ("Go on and take a left.",),
            "template-1",
            (Verdict(0.5, 1.0, 2.3), Verdict(0.0, 0.0, 0.0, "take a left", ("take a left", "go on"))),
        ),
        Labels("flat_00001", (Clip(0, 3, "Stop – “here”.", "Stop."),), "Stop.", (0, 3)),
    ),
    rejected=(Rejection("flat_00002", "flat_00002: empty answer"),),
)


@pytest.mark.parametrize("walks", [WALKS, LabelledWalks(())])
def test_what_is_written_is_read(tmp_path, walks):
    write(walks, tmp_path)
    assert read(tmp_path) == walks


def test_tables_open_in_pandas(tmp_path):
    write(WALKS, tmp_path)
    clips = pd.read_parquet(tmp_path / "clips.parquet")
    assert clips.groupby("trajectory").size().to_dict() == {"flat_00000": 2, "flat_00001": 1}
    assert pd.read_parquet(tmp_path / "rejected.parquet").reason.tolist() == ["flat_00002: empty answer"]


def test_the_same_labels_give_the_same_bytes(tmp_path):
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()
        write(WALKS, folder)
    first, second = ([f.read_bytes() for f in sorted(folder.iterdir())] for folder in folders)
    assert first == second


def test_a_broken_table_is_named(tmp_path):
    write(WALKS, tmp_path)
    (tmp_path / "clips.parquet").write_bytes(b"PAR1 nonsense")
    with pytest.raises(DataError, match=r"clips\.parquet.*label this item again"):
        read(tmp_path)
