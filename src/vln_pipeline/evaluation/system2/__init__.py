"""How well a trained System 2 answers in scenes that it never saw, beside answers that look at nothing."""
