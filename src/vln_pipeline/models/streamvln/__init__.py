"""StreamVLN (arXiv 2507.05240): a SigLIP vision tower, a projector and a Qwen2 that answers frames with actions."""
