"""How long requests may wait, and in which order."""
