"""NavDP: a diffusion policy that plans a short path from images, depth and a goal (System 1)."""
