"""Probes of System 1: questions whose right answer is known before any training, asked in scenes it never saw."""
