"""Which walks carry information."""
