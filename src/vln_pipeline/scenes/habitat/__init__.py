"""Conventions of Habitat's configuration files, which several data sets follow."""
