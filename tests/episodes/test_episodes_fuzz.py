"""Damaged files of every data set: read all the same, or refused in one line; nothing else."""

import gzip
import json
import time

import numpy as np
import pytest
from episode_files import (
    SCAN,
    connectivity,
    discrete_path,
    navspace_episode,
    r2r_episode,
    rxr_episode,
    truth_of,
    write_json,
)

from vln_pipeline.episodes.episode_config import EpisodeFileConfig
from vln_pipeline.episodes.files import find_files, read_episodes
from vln_pipeline.errors import DataError

VALUES = (
    "-1", "0", "NaN", "Infinity", "1e308", "99999999999999999999", "1" + "0" * 400, '"x"', "null", "true", "[]", "{}",
    '"../../etc/passwd"', "[[[[]]]]", "",
)  # fmt: skip
FILES = {
    "r2r_ce": {"val_unseen.json": {"episodes": [r2r_episode(1), r2r_episode(2)]}, "val_unseen_gt.json": truth_of(1, 2)},
    "rxr_ce": {"val_unseen_guide.json": {"episodes": [rxr_episode("1"), rxr_episode("2")]}},
    "navspace": {"val_unseen.json": {"episodes": [navspace_episode(1), navspace_episode(2)]}},
    "r2r": {"R2R_val_unseen.json": [discrete_path(1), discrete_path(2)], f"{SCAN}_connectivity.json": connectivity()},
}


def damaged(text: str, draw: np.random.Generator) -> bytes:
    kind, at = int(draw.integers(4)), int(draw.integers(len(text)))
    if kind == 0:
        return text[:at].encode()
    if kind == 1:
        flipped = bytearray(text.encode())
        flipped[at] ^= 1 << int(draw.integers(8))
        return bytes(flipped)
    # One value of the document in place of another.
    tokens = json.JSONEncoder().iterencode(json.loads(text))
    parts = list(tokens)
    values = [n for n, part in enumerate(parts) if part.strip() and part not in ("{", "}", "[", "]", ", ", ": ")]
    chosen = values[int(draw.integers(len(values)))]
    parts[chosen] = VALUES[int(draw.integers(len(VALUES)))]
    return "".join(parts).encode()


@pytest.mark.parametrize("dataset", FILES)
def test_damaged_files_are_read_or_refused(tmp_path, dataset):
    draw = np.random.default_rng(11)
    whole = {name: json.dumps(document) for name, document in FILES[dataset].items()}
    for name, document in FILES[dataset].items():
        write_json(tmp_path / name, document)
    role = "val_unseen_guide.json" if dataset == "rxr_ce" else next(iter(whole))
    config = EpisodeFileConfig(dataset=dataset, path=str(tmp_path / role), graphs=str(tmp_path), max_file_size=0.01)
    outcomes = {"read": 0, "refused": 0}
    for _ in range(300):
        name = sorted(whole)[int(draw.integers(len(whole)))]
        (tmp_path / name).write_bytes(damaged(whole[name], draw))
        began = time.process_time()
        try:
            found = read_episodes(find_files(config), config)
            outcomes["read"] += 1
            assert all("\n" not in r.reason for r in found.rejected)
            assert all(np.isfinite(e.start).all() for e in found.kept)
        except DataError as error:
            outcomes["refused"] += 1
            assert "\n" not in str(error) and len(str(error)) < 400
        assert time.process_time() - began < 10
        (tmp_path / name).write_text(whole[name])
    assert min(outcomes.values()) > 20


def test_compressed_rubbish_is_refused(tmp_path):
    draw = np.random.default_rng(12)
    whole = gzip.compress(json.dumps(FILES["r2r_ce"]["val_unseen.json"]).encode())
    path = tmp_path / "val_unseen.json.gz"
    for _ in range(100):
        flipped = bytearray(whole)
        flipped[int(draw.integers(len(flipped)))] ^= 1 << int(draw.integers(8))
        path.write_bytes(flipped)
        config = EpisodeFileConfig(path=str(path), max_file_size=0.01)
        try:
            read_episodes(find_files(config), config)
        except DataError as error:
            assert "\n" not in str(error)
