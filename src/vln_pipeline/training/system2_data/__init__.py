"""Walks of vln_ce datasets turned into batches that System 2 learns from.

::

    data = open_data(config, [Path("data/08_lerobot/<run>")], parts, run_seed=0, seed=0, ...)   data: System2Data
    for batch in data.batches.read(first=0, stride=1): ...                                      without end

From a mix to its recordings, their datasets, one a scene, the samples of each, kept as a parquet table, those of an
epoch, conversations, and batches of rows. Batch n is the same whoever asks for it: resume with ``first``, share between
ranks with ``first=rank, stride=ranks``.
"""
