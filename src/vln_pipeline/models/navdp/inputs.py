"""What NavDP sees."""

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class NavdpInputs:
    """One batch of observations and goals; B samples, M memory frames, S x S pixels, P pixel-goal channels.

    Images are letterboxed: the longer side fills S pixels, the rest is black and lies in equal parts on both sides.

    Attributes:
        rgb: (B, M, 3, S, S) float in [0, 1], oldest frame first, the last one is the current frame; zeros where the
            walk is younger than the memory.
        depth: (B, 1, S, S) float metres of the current frame; 0 where nothing was measured between 0.1 and 5 m.
        point_goal: (B, 3) float x forward, y left, metres, and heading theta, radians, in the current body frame.
        image_goal: (B, 6, S, S) float in [0, 1], the goal's image above the current one.
        pixel_goal: (B, P, S, S) float in [0, 1]: RGB of the frame on which the goal was marked, and the mask of the
            mark; with P = 7 the current RGB follows.
    """

    rgb: Tensor
    depth: Tensor
    point_goal: Tensor
    image_goal: Tensor
    pixel_goal: Tensor
