"""How StreamVLN is trained."""
