"""Run a script in an environment of lerobot whose torch has no CUDA: ``python run_with_cpu_torch.py SCRIPT ARGUMENTS``.

Where torchvision is a CUDA build beside a CPU torch, importing it fails for two operators; naming them is enough.
lerobot 0.4 decodes videos through a reader that such a torchvision no longer has, and streams through torchcodec, which
is a CUDA build too; PyAV does both by the same rule.
"""

import runpy
import sys

import torch

try:
    import torchvision
except RuntimeError:
    for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
        del sys.modules[name]
    library = torch.library.Library("torchvision", "DEF")
    for operator in ("nms", "qnms"):
        library.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    import torchvision


def decoded(path, timestamps, tolerance_s, *_, **__):
    """Return the frames nearest to some times, (N, 3, H, W) in [0, 1]; one that is too far is an error."""
    import av

    times, images = [], []
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        container.seek(max(0, int(min(timestamps) / stream.time_base)), stream=stream, backward=True)
        for picture in container.decode(stream):
            times.append(float(picture.pts * stream.time_base))
            images.append(picture)
            if times[-1] >= max(timestamps):
                break
    apart = (torch.tensor(timestamps, dtype=torch.float64)[:, None] - torch.tensor(times, dtype=torch.float64)).abs()
    distance, nearest = apart.min(1)
    if bool((distance > tolerance_s).any()):
        raise RuntimeError(f"{path}: no frame within {tolerance_s} s of {timestamps}")
    found = [torch.from_numpy(images[n].to_ndarray(format="rgb24")).permute(2, 0, 1) for n in nearest.tolist()]
    return torch.stack(found).float() / 255


if not hasattr(torchvision.io, "VideoReader"):
    import lerobot.datasets.video_utils as video_utils

    if hasattr(video_utils, "decode_video_frames_torchvision"):
        import lerobot.datasets.lerobot_dataset as lerobot_dataset
        import lerobot.datasets.streaming_dataset as streaming_dataset

        streaming_dataset.decode_video_frames_torchcodec = decoded
        video_utils.decode_video_frames_torchvision = decoded
        video_utils.get_safe_default_codec = lambda: "pyav"
        lerobot_dataset.get_safe_default_codec = lambda: "pyav"

sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
