"""Walks of vln_ce and vln_pe turned into batches that the single systems learn from.

::

    data = open_data(config, [Path("data/08_lerobot/<run>")], words, shown, run_seed=0, ...)   data: SequenceData
    for batch in data.batches.read(first=0, stride=1): ...                                     without end

A sample is a whole walk in one wording. Batch n is the same whoever asks for it: resume with ``first``, share between
ranks with ``first=rank, stride=ranks``.
"""
