"""Seeded homes: floor plan, building shell, furniture, materials and lamps from parameters alone."""
