"""Damaged files of published data sets: refused with one line or loaded, never worse."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor

import pytest
from scene_fuzzing import HANG, WRITERS, fuzz


@pytest.mark.slow
@pytest.mark.parametrize("source", WRITERS)
def test_three_hundred_damaged_copies(tmp_path, source):
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        account = pool.submit(fuzz, source, tmp_path, 300, 11).result()
    assert not account.wrong, "\n".join(account.wrong)
    assert account.refused > 30 and account.loaded > 1
    assert account.slowest < HANG
    assert account.peak < 2
