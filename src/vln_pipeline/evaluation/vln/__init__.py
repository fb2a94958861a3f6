"""Following instructions: episodes, protocols, metrics and the closed loop that scores an agent by them."""
