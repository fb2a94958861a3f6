"""What the sources of published data sets share."""
