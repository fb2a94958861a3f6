"""Folders of InternVLA-N1 as it is published: System 2 and System 1 in one model, with the names of transformers 4.51.

::

    official = from_official(Path("InternVLA-N1-DualVLN"))      official.parts, official.network
    to_official(folder, official.parts.model, official.network, config=official.config)
"""
