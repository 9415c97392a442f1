"""The vectors of one generation: Chroma here or on a server, and the exact vectors beside it."""
