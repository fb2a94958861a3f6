"""Recurrent Diffusion Policy of VLN-PE (Wang et al. 2025): a recurrent state, and short paths by denoising."""
