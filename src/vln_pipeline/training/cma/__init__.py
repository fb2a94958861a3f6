"""How CMA is trained."""
