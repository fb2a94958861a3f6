"""From exported datasets to checkpoints: readers, losses and the training loop."""
