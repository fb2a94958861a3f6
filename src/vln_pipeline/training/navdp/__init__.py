"""How NavDP is trained."""
