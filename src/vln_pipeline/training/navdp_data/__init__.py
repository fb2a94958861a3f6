"""Walks on disk turned into batches that NavDP learns from.

::

    index = read_index([Path("data/08_lerobot/<run>/vln_n1/v2.1")], config)     walk_index: walks, report
    batches = open_batches(index, config, network, seed=0, batch_size=32, workers=2, cache=cache)
    for batch in batches.read(first=0, stride=1): ...                           NavdpBatch, without end

Batch n is the same whoever asks for it: resume with ``first``, share between ranks with ``first=rank, stride=ranks``.
"""
