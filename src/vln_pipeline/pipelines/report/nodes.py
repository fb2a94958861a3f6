"""Nodes of the report stage."""

from vln_pipeline.datasets.item import Item


def write_report(
    scenes: dict[str, Item],
    maps: dict[str, Item],
    pairs: dict[str, Item],
    plans: dict[str, Item],
    comparisons: dict[str, Item],
    footage: dict[str, Item],
    labels: dict[str, Item],
    selections: dict[str, Item],
    exported: dict[str, Item],
    parameters: dict[str, object],
) -> str:
    """Return the report as one HTML page."""
    from vln_pipeline.inspection.datagen_page import DatagenResults, datagen_page  # loads matplotlib
    from vln_pipeline.inspection.page import render_page

    results = DatagenResults(scenes, maps, pairs, plans, comparisons, footage, labels, selections)
    run = next(item.version for item in selections.values())
    facts = {
        "run": run,
        "scenes exported": len(exported),
        "page to leaf through its walks": f"vln-pipeline view --run {run}",
    }
    return render_page(datagen_page(results, facts, parameters))
