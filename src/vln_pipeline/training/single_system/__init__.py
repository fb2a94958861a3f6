"""How the single systems are trained, as far as they are trained alike."""
