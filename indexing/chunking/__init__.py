"""Documents are cut into chunks that the embedding model reads whole. Pure."""
