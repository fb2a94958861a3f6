"""Walks of vln_ce datasets, questions about videos and scans, and web pages turned into batches for StreamVLN.

::

    data = open_data(config, [Path("data/08_lerobot/<run>")], parts, run_seed=0, seed=0, ...)   data: StreamVlnData
    for batch in data.batches.read(first=0, stride=1): ...                                      without end

A task makes conversations by number; the dataset draws from all tasks, and the order says which batch is of which.
"""
