"""How RDP is trained."""
