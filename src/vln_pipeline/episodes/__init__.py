"""Episodes of published benchmarks: read from their files, replayed, and handed on as walks with instructions."""
