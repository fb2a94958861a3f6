"""From a scene to collision-free walks."""
