import pytest

from vln_pipeline.errors import DataError
from vln_pipeline.training.system2_data.config import RecordingConfig, System2DataConfig
from vln_pipeline.training.system2_data.mix import parse_mix

KNOWN = System2DataConfig().recordings


def test_names_stand_for_a_folder_and_two_cameras_and_percentages_for_shares():
    first, second = parse_mix("r2r_125cm_0_30%30, rxr_60cm_15_15", KNOWN)
    assert (first.name, first.share, second.name, second.share) == ("r2r_125cm_0_30", 0.3, "rxr_60cm_15_15", 1.0)
    assert (first.recording.folder, first.recording.setting) == ("r2r", "125cm_0deg")
    assert first.recording.look_down_setting == "125cm_30deg"
    assert second.recording.setting == second.recording.look_down_setting == "60cm_15deg"


def test_the_registry_knows_what_is_published_and_this_runs_own_walks():
    names = [name for name in KNOWN if not name.startswith("own")]
    assert len(names) == 11
    assert "scalevln_60cm_15_15" not in names
    assert KNOWN["own_125cm_0_30"].folder is None


def test_entries_of_ones_own_come_besides():
    mine = RecordingConfig(folder="home", height=80, pitch=10, look_down_pitch=40)
    config = System2DataConfig(mix="home", registry={"home": mine})
    (part,) = parse_mix(config.mix, config.recordings)
    assert part.recording == mine
    assert "r2r_60cm_30_30" in config.recordings


@pytest.mark.parametrize(
    ("mix", "said"),
    [
        ("r2r_125cm_0_3", "'r2r_125cm_0_3' is not in the registry; did you mean r2r_125cm_0_30"),
        ("kitchen", "'kitchen' is not in the registry; known are own_125cm_0_30"),
        ("", "a name is missing"),
        ("r2r_125cm_0_30,,rxr_60cm_15_15", "a name is missing"),
        ("r2r_125cm_0_30%", "'' is no number of percent"),
        ("r2r_125cm_0_30%0", "'0' is no number of percent"),
        ("r2r_125cm_0_30%101", "'101' is no number of percent"),
        ("r2r_125cm_0_30%half", "'half' is no number of percent above 0 and up to 100; write r2r_125cm_0_30%30"),
        ("r2r_125cm_0_30%-5", "'-5' is no number of percent"),
        ("r2r_125cm_0_30,r2r_125cm_0_30%30", "names r2r_125cm_0_30 twice"),
    ],
)
def test_what_is_no_mix_is_told(mix, said):
    with pytest.raises(DataError, match=r"^data\.mix: ") as raised:
        parse_mix(mix, KNOWN)
    assert said in str(raised.value)
