"""How InternNav is told where the scenes of a run are."""

from vln_pipeline.export.internnav_links import NAVDP, SYSTEM2
from vln_pipeline.export.reader import ExportedDataset
from vln_pipeline.export.vln_n1 import VlnN1

_EVALUATED = (640, 480)
"""Width and height of the images of InternNav's evaluator, pixels."""


def internnav_lines(dataset: ExportedDataset, group: str) -> str:
    """Return where InternNav finds the scenes of a run, with lines to paste into its configuration.

    Args:
        dataset: of one scene, v2.1.
        group: folder of the scenes below ``traj_data``, of vln_ce.
    """
    if dataset.dialect == VlnN1.name:
        return f"""\
NavDP's training finds all scenes of the run in `{NAVDP}/`, beside the folders of the dialects. In `configs/navdp.py`:

```python
root_dir="<folder of the run>/{NAVDP}",
```"""
    setting = _setting_pair(dataset)
    sizes = {(camera.intrinsics.width, camera.intrinsics.height) for camera in dataset.cameras.values()}
    lines = f"""\
System 2's training looks for `{SYSTEM2}/` in the folder it is started in; all scenes of the run lie there, beside the
folders of the dialects. Start `train_system2.sh` in the folder of the run, with

```bash
vln_datasets={group}_{setting}
```"""
    if sizes != {_EVALUATED}:
        found = ", ".join(f"{width} x {height}" for width, height in sorted(sizes))
        lines += (
            f"\n\nImages are {found} pixels, and so are pixel goals; InternNav's evaluator works in {_EVALUATED[0]} x"
            f" {_EVALUATED[1]}. For its evaluator, film at that size (`rendering.rigs`: `scale: 1.0`)."
        )
    return lines


def _setting_pair(dataset: ExportedDataset) -> str:
    """Return the ending of InternNav's name for a camera that looks ahead and, at the same height, down."""
    cameras = sorted(dataset.cameras.values(), key=lambda camera: (-camera.height, camera.pitch))
    first = cameras[0]
    pitches = [f"{camera.pitch:g}" for camera in cameras if camera.height == first.height]
    return f"{round(100 * first.height)}cm_{pitches[0]}_{pitches[min(1, len(pitches) - 1)]}"
