"""Roll-outs of an agent with an expert beside it (dataset aggregation, Ross et al. 2011)."""
