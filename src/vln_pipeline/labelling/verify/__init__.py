"""A follower that only has the words. It knows nothing of the code that writes them, and may not import it."""
