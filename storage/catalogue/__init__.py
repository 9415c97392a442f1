"""Documents, pages and chunks of one generation, in one SQLite file."""
