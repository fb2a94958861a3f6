"""Why episodes failed: one first cause each, by rules."""
