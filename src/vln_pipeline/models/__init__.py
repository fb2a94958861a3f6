"""Networks, their checkpoints, and how they are asked for a plan."""
