"""Observations of InternNav's clients: read as data, never run."""

import base64
import os
import pickle
import pickletools

import numpy as np
import pytest
from internnav_client import packed, told

from vln_pipeline.serving.agent_observation import read_observation
from vln_pipeline.serving.plain_pickle import array_of, read
from vln_pipeline.serving.refused import RefusedRequestError

DRAW = np.random.default_rng(3)
RGB = DRAW.integers(0, 255, (6, 8, 3), dtype=np.uint8)
DEPTH = DRAW.uniform(0, 6, (6, 8)).astype(np.float32)
DATA = {
    "bytes": RGB, "turned": DRAW.normal(size=(3, 4)).T, "big_endian": np.arange(4, dtype=">f8"), "flags": RGB > 9,
    "empty": np.zeros((0, 3)), "number": np.float32(1.5), "words": "go ↑", "many": [1, 2.5, None, True], "pair": (1, 2),
    "large": 2**40, "inner": {"a": [DRAW.normal(size=2)]},
}  # fmt: skip


@pytest.mark.parametrize("protocol", [3, 4, 5])
def test_arrays_and_plain_data_are_read_as_they_were_written(protocol):
    found = read(pickle.dumps(DATA, protocol))
    assert found.keys() == DATA.keys()
    for key, value in DATA.items():
        if isinstance(value, np.ndarray):
            np.testing.assert_array_equal(array_of(found[key]), value)
        elif key != "inner":
            assert found[key] == value
    np.testing.assert_array_equal(array_of(found["inner"]["a"][0]), DATA["inner"]["a"][0])


class Runs:
    """Writes a file when it is unpickled."""

    def __init__(self, call, *given):
        self._made = call, given

    def __reduce__(self):
        return self._made


@pytest.mark.parametrize(
    ("hostile", "cause"),
    [
        (Runs(os.mkdir, "made_by_a_pickle"), "the name posix.mkdir"),
        (Runs(eval, "1"), "the name builtins.eval"),
        (np.array([Runs(os.mkdir, "made_by_a_pickle")], dtype=object), "what are no numbers"),
        (np.zeros(2, dtype=[("a", "f8")]), "what are no numbers"),
        ({1: 2}, "keys are no texts"),
        (np.random.default_rng(0), "the name"),
        ([[]] * 20_000, "more than 10000 instructions"),
    ],
)
def test_whatever_asks_for_more_is_refused_before_it_runs(hostile, cause, tmp_path, monkeypatch):
    """An agent server unpickled what strangers sent, which ran whatever they had put into it."""
    monkeypatch.chdir(tmp_path)
    for protocol in (4, 5):
        with pytest.raises(ValueError, match=cause):
            read(pickle.dumps(hostile, protocol))
    assert not list(tmp_path.iterdir())


def test_every_damaged_pickle_is_refused_or_read():
    whole = pickle.dumps(DATA, 4)
    for number in range(400):
        raw = bytearray(whole)
        for at in DRAW.integers(len(raw), size=1 + number % 5):
            raw[at] = DRAW.integers(256)
        for damaged in (bytes(raw), whole[: number * 2]):
            try:
                read(damaged)
            except ValueError:
                continue


def test_no_instruction_that_runs_something_is_followed():
    """Whatever else Python's pickles may hold: every instruction that is not known by name is refused."""
    refused = []
    for code in pickletools.opcodes:
        if code.name in ("INST", "OBJ", "NEWOBJ", "NEWOBJ_EX", "PERSID", "BINPERSID", "EXT1", "NEXT_BUFFER", "REDUCE"):
            argument = {"INST": b"os\nsystem\n", "PERSID": b"1\n", "EXT1": b"\x01"}.get(code.name, b"")
            with pytest.raises(ValueError, match=r"instruction|damaged|no name"):
                read(b"\x80\x04((NN" + code.code.encode("latin1") + argument + b".")
            refused.append(code.name)
    assert len(refused) == 9


def test_an_observation_is_what_the_environment_saw():
    seen = read_observation(packed(told(RGB, DEPTH, "Go.", (1.0, -2.0, 0.7))), 1000)
    np.testing.assert_array_equal(seen.rgb, RGB)
    np.testing.assert_allclose(seen.depth, DEPTH, rtol=1e-6)
    np.testing.assert_allclose(seen.pose, (1.0, -2.0, 0.7), atol=1e-12)


@pytest.mark.parametrize(
    ("change", "status", "cause"),
    [
        ({"rgb": RGB[..., :2]}, 422, r"observation\.rgb"),
        ({"rgb": RGB.astype(np.float32)}, 422, r"observation\.rgb"),
        ({"rgb": None}, 422, r"observation\.rgb: it is missing, or no array"),
        ({"rgb": np.zeros((60, 80, 3), np.uint8)}, 413, "more than 1000 pixels"),
        ({"depth": DEPTH[1:]}, 422, r"observation\.depth"),
        ({"depth": DEPTH * np.nan}, 422, r"observation\.depth"),
        ({"instruction": ""}, 422, r"observation\.instruction"),
        ({"globalrotation": np.zeros(3)}, 422, r"observation\.globalgps or \.globalrotation"),
        ({"globalgps": ["a", "b", "c"]}, 422, r"observation\.globalgps"),
    ],
)
def test_an_observation_that_no_robot_has_is_refused_by_name(change, status, cause):
    with pytest.raises(RefusedRequestError, match=cause) as refused:
        read_observation(packed(told(RGB, DEPTH, "Go.") | change), 1000)
    assert refused.value.status == status


@pytest.mark.parametrize("encoded", ["", "no base64!", base64.b64encode(pickle.dumps([{}, {}], 4)).decode()])
def test_what_is_no_observation_is_refused(encoded):
    with pytest.raises(RefusedRequestError, match="observation: it"):
        read_observation(encoded, 1000)
