"""Parameters of a run: how they are given, where they come from, and whether they are right."""
