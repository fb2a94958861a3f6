"""NavDP that follows a latent plan of System 2 (System 1 of InternVLA-N1 "w/ NavDP")."""
