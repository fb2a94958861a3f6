"""Words for a change of heading."""


def side(angle: float) -> str:
    """Return "left" of a positive angle, "right" of any other."""
    return "left" if angle > 0 else "right"


def turn_size(angle: float) -> str:
    """Return how large a turn is: "slight", "normal", "sharp" or "around".

    Args:
        angle: degrees, of either sign.
    """
    size = abs(angle)
    return "slight" if size < 55 else "normal" if size <= 120 else "sharp" if size <= 150 else "around"
