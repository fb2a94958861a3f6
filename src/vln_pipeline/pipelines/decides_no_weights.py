"""What trainings import and no weight depends on: a change there is no reason to train for hours again."""

_TOLD_BY_DATASETS = "runs when datasets are written; a training reads what was written, and that has its own name"

DECIDES_NO_WEIGHTS = {
    "vln_pipeline.datasets.item": "handles on finished items",
    "vln_pipeline.durable": "compares what was written with what is read; hands on neither",
    "vln_pipeline.errors": "words for what went wrong; a training that fails leaves no weights",
    "vln_pipeline.lifelines": "ends processes whose driver is gone",
    "vln_pipeline.one_writer": "makes a process wait for another",
    "vln_pipeline.output_folder": "refuses to write, or does nothing",
    "vln_pipeline.redaction": "hides passwords in messages, and refuses addresses that hold one",
    "vln_pipeline.regular_file": "refuses a file, or returns its path as it is",
    "vln_pipeline.runtime": "where a task may write",
    "vln_pipeline.thread_pools": "how threads wait for each other; how many there are is told by who starts them",
    "vln_pipeline.training.curve": "draws the losses when the training is over",
    "vln_pipeline.training.launch": "starts processes and tells how they ended; how many there are is a parameter",
    "vln_pipeline.training.meeting": "how machines find each other; how many there are is a parameter",
    "vln_pipeline.training.tracking": "shows numbers, and hands back none",
    "vln_pipeline.export.loose_images": _TOLD_BY_DATASETS,
    "vln_pipeline.export.pixel_goal": _TOLD_BY_DATASETS,
    "vln_pipeline.export.statistics": _TOLD_BY_DATASETS,
    "vln_pipeline.export.video": _TOLD_BY_DATASETS,
    "vln_pipeline.labelling.first_turn": _TOLD_BY_DATASETS,
    "vln_pipeline.labelling.labels": _TOLD_BY_DATASETS,
    "vln_pipeline.planning": _TOLD_BY_DATASETS,
    "vln_pipeline.rendering.viewpoints": _TOLD_BY_DATASETS,
    "vln_pipeline.scenes.scene": _TOLD_BY_DATASETS,
}
"""Reason by module or package. All else that the function of a training imports decides weights.

What only these import does not count either.
"""
