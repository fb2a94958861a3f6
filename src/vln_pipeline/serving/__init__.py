"""Trained networks behind the HTTP contracts that robots and evaluators speak."""
