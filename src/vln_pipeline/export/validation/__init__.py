"""The checks of an exported dataset, by what they look at."""
