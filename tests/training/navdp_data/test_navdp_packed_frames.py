from types import SimpleNamespace

import numpy as np
import pytest

from vln_pipeline.models.navdp.letterbox import letterbox_depth, letterbox_rgb
from vln_pipeline.training.navdp_data.packed_frames import content


@pytest.mark.parametrize("size", [28, 63, 64, 224])
@pytest.mark.parametrize("shape", [(36, 64), (37, 64), (270, 480), (48, 64), (64, 36), (50, 51), (64, 64), (9, 64)])
def test_everything_outside_the_content_is_black(shape, size):
    walk = SimpleNamespace(intrinsics=SimpleNamespace(height=shape[0], width=shape[1]))
    rows, columns = content(walk, size)
    for boxed in (
        letterbox_rgb(np.full((*shape, 3), 255, dtype=np.uint8), size),
        letterbox_depth(np.full(shape, 4.0, dtype=np.float32), size),
    ):
        outside = boxed.copy()
        outside[rows, columns] = 0
        assert not outside.any()
        assert boxed[rows, columns].any()
