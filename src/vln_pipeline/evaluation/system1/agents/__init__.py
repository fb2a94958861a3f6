"""Who drives: baselines, trained policies, and policies of others behind a server or a Python class."""
