"""All pipelines, in the order of the data."""

from kedro.pipeline import Pipeline

from vln_pipeline.pipelines import (
    compare,
    dagger,
    esdf,
    evaluate,
    evaluate_system1,
    examine_system1,
    examine_system2,
    export,
    filtering,
    labelling,
    rendering,
    report,
    sampling,
    scenes,
    train_cma,
    train_joint,
    train_rdp,
    train_seq2seq,
    train_streamvln,
    train_system1,
    train_system2,
    trajectories,
    vlnce,
    vlnpe,
)


def register_pipelines() -> dict[str, Pipeline]:
    """Return every pipeline by name: the stages, then what is made of them."""
    stages = {
        "scenes": scenes.create_pipeline(),
        "esdf": esdf.create_pipeline(),
        "sampling": sampling.create_pipeline(),
        "trajectories": trajectories.create_pipeline(),
        "rendering": rendering.create_pipeline(),
        "labelling": labelling.create_pipeline(),
        "filtering": filtering.create_pipeline(),
        "export": export.create_pipeline(),
        "report": report.create_pipeline(),
    }
    planning = stages["scenes"] + stages["esdf"] + stages["sampling"] + stages["trajectories"]
    datagen = sum(stages.values(), start=Pipeline([]))
    learning = {
        "train_system2": train_system2.create_pipeline(),
        "train_system1": train_system1.create_pipeline(),
        "train_joint": train_joint.create_pipeline(),
    }
    single = {
        "train_seq2seq": train_seq2seq.create_pipeline(),
        "train_cma": train_cma.create_pipeline(),
        "train_rdp": train_rdp.create_pipeline(),
        "train_streamvln": train_streamvln.create_pipeline(),
    }
    dual = sum(learning.values(), start=Pipeline([]))
    benchmarks = {
        "examine_system1": examine_system1.create_pipeline(),
        "examine_system2": examine_system2.create_pipeline(),
        "evaluate_system1": evaluate_system1.create_pipeline(),
        "evaluate": evaluate.create_pipeline(),
    }
    benchmarks["compare"] = benchmarks["evaluate"] + compare.create_pipeline()
    aggregation = {"dagger": dagger.create_pipeline()}
    conversions = {"vlnce": vlnce.create_pipeline(), "vlnpe": vlnpe.create_pipeline()}
    sums = {
        "planning": planning,
        "datagen": datagen,
        "train_dual": dual,
        "__default__": datagen + dual + benchmarks["evaluate"],
    }
    return {**stages, **learning, **single, **benchmarks, **aggregation, **conversions, **sums}
