"""Retrieval quality: `make eval`. How to read it, and the format of question files: README.md beside this."""
