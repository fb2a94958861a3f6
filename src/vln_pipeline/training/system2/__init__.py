"""How System 2 is trained."""
