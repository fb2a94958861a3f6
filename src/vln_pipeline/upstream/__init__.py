"""Datasets that others wrote in the layouts of InternData-N1: recognised, checked for known traps, mended where safe.

::

    for folder in dataset_folders(root):
        for finding in check(folder).findings:
            print(finding.line())                     one trap, one line
            if finding.rewrite is not None:
                mend(finding.rewrite)                 metadata only; the original is kept
"""
